"""Handshake, model card, shutdown, health and reflection."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from bridge_client import BridgeClient, failing
from fake_engine import CARD, FakeEngine
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from running_server import LIMITS, TOKEN, RunningServer

from midblock_server.core.errors import ModelError
from midblock_server.gen.contract import CONTRACT_DIGEST, PROTOCOL_VERSION
from midblock_server.gen.midblock.v1 import common_pb2, control_pb2, model_pb2


def handshake(client: BridgeClient, version: int = PROTOCOL_VERSION) -> control_pb2.HandshakeResponse:
    request = control_pb2.HandshakeRequest(protocol_version=version, client_version="0.0.1")
    told: control_pb2.HandshakeResponse = client.control.Handshake(request)
    return told


def model_card(client: BridgeClient) -> model_pb2.ModelCard:
    *_, last = client.control.GetModelCard(control_pb2.GetModelCardRequest())
    card: model_pb2.ModelCard = last.card
    return card


def health(client: BridgeClient, service: str = "") -> int:
    stub = health_pb2_grpc.HealthStub(client.channel)
    return int(stub.Check(health_pb2.HealthCheckRequest(service=service)).status)


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[RunningServer]:
    """A server whose model loads once ``engine.may_load`` is set."""
    server = RunningServer(tmp_path / "state", FakeEngine())
    yield server
    server.engine.may_load.set()
    server.close()


def test_the_handshake_tells_what_the_server_is(client: BridgeClient) -> None:
    model_card(client)
    told = handshake(client)
    assert told.protocol_version == PROTOCOL_VERSION
    assert told.contract_digest == CONTRACT_DIGEST
    assert told.process_id == os.getpid()
    assert told.package_versions["python"].startswith(f"{sys.version_info.major}.")
    assert "torch" in told.package_versions
    assert told.device.name == "cpu"
    assert told.limits.max_sequence_tokens == CARD.context_length
    assert told.limits.max_chunk_bytes == LIMITS.max_chunk_bytes
    assert "lora" in told.capabilities


def test_the_handshake_answers_while_the_model_loads(loading: RunningServer) -> None:
    told = handshake(loading.client)
    assert told.device.name == ""
    assert told.limits.max_sequence_tokens == 0


@pytest.mark.parametrize(("version", "older"), [(PROTOCOL_VERSION - 1, "client"), (PROTOCOL_VERSION + 1, "server")])
def test_another_protocol_is_refused_and_the_older_side_named(client: BridgeClient, version: int, older: str) -> None:
    with failing("protocol-mismatch") as failure:
        handshake(client, version)
    assert failure.detail.facts["upgrade"] == older
    assert f"Upgrade the {older}" in failure.detail.next_step


def test_the_card_comes_after_progress_and_heartbeats(loading: RunningServer) -> None:
    stream = loading.client.control.GetModelCard(control_pb2.GetModelCardRequest())
    kinds = []
    for response in stream:
        kind = response.WhichOneof("event")
        kinds.append(kind)
        if kind == "progress" and response.progress.stage == "reading weights":
            assert response.progress.fraction == 0.5
        if kind == "heartbeat":
            loading.engine.may_load.set()
    assert "progress" in kinds
    assert kinds.count("card") == 1
    assert kinds[-1] == "card"


def test_the_card_is_carried_whole(client: BridgeClient) -> None:
    card = model_card(client)
    assert (card.name, card.block_count, card.vocabulary_size) == ("fake", 4, 100)
    assert list(card.parameters.by_block) == [50, 50, 50, 50]
    assert [(linear.name, linear.part, list(linear.blocks)) for linear in card.block_linears] == [
        ("q_proj", model_pb2.BLOCK_PART_ATTENTION, []),
        ("up_proj", model_pb2.BLOCK_PART_MLP, [1, 2]),
    ]
    assert not card.special_tokens.HasField("bos_id")
    assert card.special_tokens.pad_id == 0
    assert not card.HasField("chat_template")
    assert list(card.tokenizer_probe.token_ids) == [1, 2, 3]
    assert card.template_probe.local_time == "2026-03-04T05:06:07"


def test_a_model_that_does_not_load_ends_the_stream_with_its_reason(loading: RunningServer) -> None:
    loading.engine.load_error = ModelError(
        "unsafe-model", "The weights are pickled.", found="x.bin", next_step="Convert."
    )
    loading.engine.may_load.set()
    with failing("unsafe-model") as failure:
        model_card(loading.client)
    assert (failure.detail.found, failure.detail.next_step) == ("x.bin", "Convert.")
    assert health(loading.client) == health_pb2.HealthCheckResponse.NOT_SERVING


def test_health_needs_no_token_and_follows_the_model(loading: RunningServer) -> None:
    anonymous = BridgeClient(loading.server.address, None)
    assert health(anonymous) == health_pb2.HealthCheckResponse.NOT_SERVING
    watched = health_pb2_grpc.HealthStub(anonymous.channel).Watch(health_pb2.HealthCheckRequest(), timeout=30)
    assert next(watched).status == health_pb2.HealthCheckResponse.NOT_SERVING
    loading.engine.may_load.set()
    assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
    model_card(loading.client)
    assert health(anonymous, "midblock.v1.Runs") == health_pb2.HealthCheckResponse.SERVING
    anonymous.close()


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1]])
def test_calls_without_the_token_are_refused(running: RunningServer, token: str | None) -> None:
    stranger = BridgeClient(running.server.address, None)
    metadata = [] if token is None else [("authorization", f"Bearer {token}")]
    request = control_pb2.HandshakeRequest(protocol_version=PROTOCOL_VERSION)
    with failing("unauthenticated") as failure:
        stranger.control.Handshake(request, metadata=metadata)
    assert failure.status is grpc.StatusCode.UNAUTHENTICATED
    with failing("unauthenticated"):
        list(stranger.control.GetModelCard(control_pb2.GetModelCardRequest(), metadata=metadata))
    stranger.close()


def test_reflection_needs_the_token_and_lists_the_services(running: RunningServer) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(running.client.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    with failing("unauthenticated"):
        list(stub.ServerReflectionInfo(iter([request]), timeout=30))
    metadata = [("authorization", f"Bearer {TOKEN}")]
    listed = next(stub.ServerReflectionInfo(iter([request]), timeout=30, metadata=metadata))
    names = {service.name for service in listed.list_services_response.service}
    assert {"midblock.v1.Control", "midblock.v1.Runs", "grpc.health.v1.Health"} <= names


def test_shutdown_answers_and_asks_the_process_to_stop(running: RunningServer) -> None:
    running.client.control.Shutdown(control_pb2.ShutdownRequest(grace_seconds=2.5))
    assert running.stop.wait().grace_seconds == 2.5


def test_shutdown_without_a_grace_has_the_default(running: RunningServer) -> None:
    running.client.control.Shutdown(control_pb2.ShutdownRequest())
    assert running.stop.wait().grace_seconds == 30


def test_closing_wakes_those_who_wait_for_the_model(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "state", FakeEngine())
    stream = server.client.control.GetModelCard(control_pb2.GetModelCardRequest())
    next(stream)
    server.server.close(0)
    with pytest.raises(grpc.RpcError) as caught:
        list(stream)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    detail = dict(caught.value.trailing_metadata())["midblock-error-bin"]
    assert common_pb2.ErrorDetail.FromString(detail).code == "sidecar-exited"
    server.client.close()
