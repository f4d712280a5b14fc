"""Preflights over the wire."""

from __future__ import annotations

from bridge_client import BridgeClient, failing
from fake_engine import FakeEngine
from wire_requests import specification

from midblock_server.gen.midblock.v1 import preflight_pb2


def request(**fields: object) -> preflight_pb2.RunPreflightRequest:
    asked = specification("none")
    asked.ClearField("batch_plan")
    asked.ClearField("dataset_hashes")
    every = {"sequence_tokens": [30, 12], "trained_tokens": 7, "max_new_tokens": 9, "prompt_rows": 5, **fields}
    return preflight_pb2.RunPreflightRequest(specification=asked, **every)  # type: ignore[arg-type]


def test_the_report_comes_back_whole(client: BridgeClient) -> None:
    (response,) = client.preflights.RunPreflight(request())
    memory = preflight_pb2.MemoryParts(
        weights=1, trainable=2, gradients=3, optimizer=4, activations=42, key_value_cache=5
    )
    assert response.report == preflight_pb2.PreflightReport(
        memory=memory,
        training_peak_bytes=7,
        generation_peak_bytes=9,
        available_bytes=8,
        fits=True,
        micro_batch_seconds=0.5,
        update_seconds=0.25,
        micro_batch_joules=1.5,
    )


def test_a_long_preflight_has_heartbeats_and_goes_on(client: BridgeClient, engine: FakeEngine) -> None:
    responses = client.preflights.RunPreflight(request(prompt_tokens=99))
    assert next(responses).HasField("heartbeat")
    engine.release.set()
    assert [response for response in responses if response.HasField("report")]


def test_the_work_stops_when_its_caller_leaves(client: BridgeClient, engine: FakeEngine) -> None:
    responses = client.preflights.RunPreflight(request(prompt_tokens=99))
    next(responses)
    responses.cancel()
    assert engine.cancellation_seen.wait(30)


def test_a_run_without_a_method_is_refused(client: BridgeClient) -> None:
    asked = request()
    asked.specification.ClearField("lora")
    with failing("invalid-options"):
        list(client.preflights.RunPreflight(asked))
