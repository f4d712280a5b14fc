"""The Preflights service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import grpc

from midblock_server.gen.midblock.v1 import preflight_pb2, preflight_pb2_grpc
from midblock_server.limits import Limits
from midblock_server.model_host import ModelHost
from midblock_server.preflights.identity import preflight_digest
from midblock_server.preflights.kept import KeptPreflights
from midblock_server.streams import heartbeat, with_heartbeats
from midblock_server.wire.preflight import preflight_report_to_wire, preflight_request_from_wire


class PreflightsServicer(preflight_pb2_grpc.PreflightsServicer):
    def __init__(self, host: ModelHost, kept: KeptPreflights, limits: Limits) -> None:
        self._host = host
        self._kept = kept
        self._limits = limits

    def RunPreflight(
        self, request: preflight_pb2.RunPreflightRequest, context: grpc.ServicerContext
    ) -> Iterator[preflight_pb2.RunPreflightResponse]:
        wanted = preflight_request_from_wire(request)

        def measure(cancelled: Callable[[], bool]) -> Iterator[preflight_pb2.RunPreflightResponse]:
            model = self._host.wait()
            digest = preflight_digest(request, model)
            now = None if request.measure_anew else model.memory_now()
            report = None if now is None else self._kept.find(digest, now)
            if report is None:
                report = model.preflight(wanted, cancelled)
                self._kept.keep(digest, report)
            yield preflight_pb2.RunPreflightResponse(report=preflight_report_to_wire(report))

        for response in with_heartbeats(measure, context, self._limits.heartbeat_seconds):
            yield response or preflight_pb2.RunPreflightResponse(heartbeat=heartbeat())
