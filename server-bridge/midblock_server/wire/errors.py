"""ErrorDetail, both ways."""

from __future__ import annotations

from midblock_server.core.types import ErrorDetail
from midblock_server.gen.midblock.v1 import common_pb2


def error_detail_to_wire(detail: ErrorDetail) -> common_pb2.ErrorDetail:
    return common_pb2.ErrorDetail(
        code=detail.code,
        message=detail.message,
        found=detail.found,
        wanted=detail.wanted,
        next_step=detail.next_step,
        facts=dict(detail.facts),
    )
