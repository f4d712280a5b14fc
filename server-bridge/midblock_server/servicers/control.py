"""The Control service."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import grpc

from midblock_server import __version__
from midblock_server.core.errors import MidblockServerError
from midblock_server.gen.contract import CONTRACT_DIGEST, PROTOCOL_VERSION
from midblock_server.gen.midblock.v1 import control_pb2, control_pb2_grpc
from midblock_server.limits import SHUTDOWN_GRACE_SECONDS, Limits
from midblock_server.model_host import ModelHost
from midblock_server.package_versions import package_versions
from midblock_server.streams import heartbeat
from midblock_server.wire.card import device_to_wire, model_card_to_wire

CAPABILITIES = (
    "lora",
    "full-weights",
    "rank-stabilized",
    "weight-decomposed",
    "pause",
    "sampling",
    "score-kl",
)


class ControlServicer(control_pb2_grpc.ControlServicer):
    """``request_stop`` takes the grace in seconds and returns at once."""

    def __init__(self, host: ModelHost, limits: Limits, request_stop: Callable[[float], None]) -> None:
        self._host = host
        self._limits = limits
        self._request_stop = request_stop

    def Handshake(
        self, request: control_pb2.HandshakeRequest, context: grpc.ServicerContext
    ) -> control_pb2.HandshakeResponse:
        _require_same_protocol(request)
        model = self._host.loaded
        return control_pb2.HandshakeResponse(
            protocol_version=PROTOCOL_VERSION,
            contract_digest=CONTRACT_DIGEST,
            server_version=__version__,
            package_versions=package_versions(),
            device=control_pb2.Device() if model is None else device_to_wire(model.device),
            capabilities=CAPABILITIES,
            limits=self._limits_to_wire(),
            process_id=os.getpid(),
        )

    def GetModelCard(
        self, request: control_pb2.GetModelCardRequest, context: grpc.ServicerContext
    ) -> Iterator[control_pb2.GetModelCardResponse]:
        seen = -1
        while context.is_active():
            seen, news = self._host.wait_for_news(seen, self._limits.heartbeat_seconds)
            if news is None:
                yield control_pb2.GetModelCardResponse(heartbeat=heartbeat())
            elif isinstance(news, tuple):
                stage, fraction = news
                yield control_pb2.GetModelCardResponse(
                    progress=control_pb2.LoadProgress(stage=stage, fraction=fraction)
                )
            else:
                yield control_pb2.GetModelCardResponse(card=model_card_to_wire(news.card))
                return

    def Shutdown(
        self, request: control_pb2.ShutdownRequest, context: grpc.ServicerContext
    ) -> control_pb2.ShutdownResponse:
        self._request_stop(request.grace_seconds or SHUTDOWN_GRACE_SECONDS)
        return control_pb2.ShutdownResponse()

    def _limits_to_wire(self) -> control_pb2.Limits:
        model = self._host.loaded
        return control_pb2.Limits(
            max_message_bytes=self._limits.max_message_bytes,
            max_chunk_bytes=self._limits.max_chunk_bytes,
            max_dataset_bytes=self._limits.max_dataset_bytes,
            max_sequence_tokens=0 if model is None else model.max_sequence_tokens,
            max_request_sequences=self._limits.max_request_sequences,
            heartbeat_seconds=self._limits.heartbeat_seconds,
        )


def _require_same_protocol(request: control_pb2.HandshakeRequest) -> None:
    found = request.protocol_version
    if found == PROTOCOL_VERSION:
        return
    older = "client" if found < PROTOCOL_VERSION else "server"
    package = "the npm package midblock" if older == "client" else "the Python package midblock-server"
    raise MidblockServerError(
        "protocol-mismatch",
        f"Client {request.client_version or 'of unknown version'} and server {__version__} speak different protocols.",
        found=f"protocol version {found} at the client",
        wanted=f"protocol version {PROTOCOL_VERSION}, the server's",
        next_step=f"Upgrade the {older}: install a newer {package.removeprefix('the ')}.",
        facts={"client_protocol": str(found), "server_protocol": str(PROTOCOL_VERSION), "upgrade": older},
    )
