"""Composes the gRPC server: servicers, interceptors, health, reflection. Knows no torch and no process."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from midblock_server.authentication import TokenInterceptor
from midblock_server.engine import Engine
from midblock_server.gen.midblock.v1 import (
    control_pb2,
    control_pb2_grpc,
    dataset_pb2,
    dataset_pb2_grpc,
    inference_pb2,
    inference_pb2_grpc,
    preflight_pb2,
    preflight_pb2_grpc,
    run_pb2,
    run_pb2_grpc,
)
from midblock_server.limits import MAX_CONCURRENT_CALLS, ORPHAN_GRACE_SECONDS, Limits, channel_options
from midblock_server.listener import bind
from midblock_server.model_host import ModelHost
from midblock_server.servicers.control import ControlServicer
from midblock_server.servicers.datasets import DatasetsServicer
from midblock_server.servicers.inference import InferenceServicer
from midblock_server.servicers.preflights import PreflightsServicer
from midblock_server.servicers.runs import RunsServicer
from midblock_server.settings import ServeSettings
from midblock_server.state import ServerState
from midblock_server.status import StatusInterceptor
from midblock_server.stop_signal import StopRequest, StopSignal

logger = logging.getLogger(__name__)

SERVICE_NAMES = tuple(
    file.DESCRIPTOR.services_by_name[name].full_name
    for file, name in (
        (control_pb2, "Control"),
        (dataset_pb2, "Datasets"),
        (run_pb2, "Runs"),
        (inference_pb2, "Inference"),
        (preflight_pb2, "Preflights"),
    )
)

# How long watchers may take to fetch the last events once nothing new comes.
_DRAIN_SECONDS = 1.0


class Server:
    """One model, one state folder, one address. ``start`` it, then ``close`` it."""

    def __init__(self, settings: ServeSettings, engine: Engine, stop: StopSignal, limits: Limits) -> None:
        """Binds the address and opens the state folder. Raises ``MidblockServerError`` where either fails."""
        self._health = health.HealthServicer()
        self._host = ModelHost(engine, settings.model, on_loaded=self._serve_now)
        self._grpc = grpc.server(
            ThreadPoolExecutor(MAX_CONCURRENT_CALLS, thread_name_prefix="call"),
            interceptors=(StatusInterceptor(), TokenInterceptor(settings.token)),
            options=channel_options(limits),
            maximum_concurrent_rpcs=MAX_CONCURRENT_CALLS,
        )
        self.address = bind(self._grpc, settings.listen, settings.tls)
        self._state = ServerState(settings.state_folder, self._host, on_crash=lambda: _stop_after_crash(stop))
        self._add_services(engine, stop, limits)
        self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)

    def start(self) -> None:
        """Listens; the model then loads in the background."""
        self._grpc.start()
        self._state.worker.start()

    def load_model(self) -> None:
        self._host.start()

    def close(self, grace_seconds: float) -> None:
        """Refuses new calls, interrupts runs at a step boundary, lets watchers hear of it, and ends."""
        self._health.enter_graceful_shutdown()
        self._grpc.stop(grace_seconds + _DRAIN_SECONDS)
        self._host.close()
        self._state.close(grace_seconds)
        self._grpc.stop(_DRAIN_SECONDS).wait()

    def _serve_now(self) -> None:
        self._set_health(health_pb2.HealthCheckResponse.SERVING)

    def _set_health(self, status: health_pb2.HealthCheckResponse.ServingStatus) -> None:
        for service in ("", *SERVICE_NAMES):
            self._health.set(service, status)

    def _add_services(self, engine: Engine, stop: StopSignal, limits: Limits) -> None:
        def request_stop(grace_seconds: float) -> None:
            stop.request(StopRequest("a client asked for it", grace_seconds))

        state, host, server = self._state, self._host, self._grpc
        control_pb2_grpc.add_ControlServicer_to_server(ControlServicer(host, limits, request_stop), server)
        dataset_pb2_grpc.add_DatasetsServicer_to_server(DatasetsServicer(state.datasets, host, limits), server)
        runs = RunsServicer(
            store=state.runs,
            datasets=state.datasets,
            host=host,
            engine=engine,
            owner=state.owner,
            scratch=state.scratch,
            limits=limits,
            interrupt_lost_runs=state.interrupt_lost_runs,
        )
        run_pb2_grpc.add_RunsServicer_to_server(runs, server)
        inference_pb2_grpc.add_InferenceServicer_to_server(InferenceServicer(host, state.runs, limits), server)
        preflights = PreflightsServicer(host, state.preflights, limits)
        preflight_pb2_grpc.add_PreflightsServicer_to_server(preflights, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection((*SERVICE_NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)


def _stop_after_crash(stop: StopSignal) -> None:
    stop.request(StopRequest("the trainer crashed", ORPHAN_GRACE_SECONDS, exit_code=1))
