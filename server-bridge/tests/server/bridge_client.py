"""A plain gRPC client of all services, which turns a failed call's trailing metadata into an ErrorDetail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from midblock_server.gen.midblock.v1 import (
    common_pb2,
    control_pb2_grpc,
    dataset_pb2_grpc,
    inference_pb2_grpc,
    preflight_pb2_grpc,
    run_pb2_grpc,
)

CALL_TIMEOUT_SECONDS = 120


class _Bearer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor):  # type: ignore[misc]
    """Adds the token, and a deadline so that a hanging server fails a test instead of stalling it."""

    def __init__(self, token: str | None) -> None:
        self._metadata = [] if token is None else [("authorization", f"Bearer {token}")]

    def _details(self, details: Any) -> Any:
        timeout = details.timeout or CALL_TIMEOUT_SECONDS
        return details._replace(metadata=[*(details.metadata or []), *self._metadata], timeout=timeout)

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._details(details), request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._details(details), request)

    def intercept_stream_unary(self, continuation: Any, details: Any, requests: Any) -> Any:
        return continuation(self._details(details), requests)


class BridgeClient:
    def __init__(self, address: str, token: str | None, credentials: grpc.ChannelCredentials | None = None) -> None:
        self.channel = (
            grpc.insecure_channel(address) if credentials is None else grpc.secure_channel(address, credentials)
        )
        with_token = grpc.intercept_channel(self.channel, _Bearer(token))
        self.control = control_pb2_grpc.ControlStub(with_token)
        self.datasets = dataset_pb2_grpc.DatasetsStub(with_token)
        self.runs = run_pb2_grpc.RunsStub(with_token)
        self.inference = inference_pb2_grpc.InferenceStub(with_token)
        self.preflights = preflight_pb2_grpc.PreflightsStub(with_token)

    def close(self) -> None:
        self.channel.close()


@dataclass
class Failure:
    """Filled when the block that was expected to fail has failed."""

    status: grpc.StatusCode = grpc.StatusCode.OK
    sentence: str = ""
    detail: common_pb2.ErrorDetail = field(default_factory=common_pb2.ErrorDetail)


@contextmanager
def failing(code: str) -> Iterator[Failure]:
    """Expects a call to fail with this code in its ErrorDetail, and that the sentence equals the detail's message."""
    failure = Failure()
    with pytest.raises(grpc.RpcError) as caught:
        yield failure
    error = caught.value
    failure.status, failure.sentence = error.code(), error.details()
    trailing = dict(error.trailing_metadata() or ())
    assert "midblock-error-bin" in trailing, f"{error.code()}: {error.details()}"
    failure.detail = common_pb2.ErrorDetail.FromString(trailing["midblock-error-bin"])
    assert failure.detail.code == code, failure.detail
    assert failure.sentence == failure.detail.message
