"""The Preflights service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import grpc

from midblock_server.gen.midblock.v1 import preflight_pb2, preflight_pb2_grpc
from midblock_server.limits import Limits
from midblock_server.model_host import ModelHost
from midblock_server.streams import heartbeat, with_heartbeats
from midblock_server.wire.preflight import preflight_report_to_wire, preflight_request_from_wire


class PreflightsServicer(preflight_pb2_grpc.PreflightsServicer):
    def __init__(self, host: ModelHost, limits: Limits) -> None:
        self._host = host
        self._limits = limits

    def RunPreflight(
        self, request: preflight_pb2.RunPreflightRequest, context: grpc.ServicerContext
    ) -> Iterator[preflight_pb2.RunPreflightResponse]:
        wanted = preflight_request_from_wire(request)

        def measure(cancelled: Callable[[], bool]) -> Iterator[preflight_pb2.RunPreflightResponse]:
            yield preflight_report_to_wire(self._host.wait().preflight(wanted, cancelled))

        for response in with_heartbeats(measure, context, self._limits.heartbeat_seconds):
            yield response or preflight_pb2.RunPreflightResponse(heartbeat=heartbeat())
