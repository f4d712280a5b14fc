"""Preflights over the wire."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bridge_client import BridgeClient, failing
from fake_engine import FakeEngine, FakeModel
from running_server import RunningServer
from wire_requests import specification

from midblock_server.core.preflight_values import MemoryNow
from midblock_server.gen.midblock.v1 import preflight_pb2


def measured(client: BridgeClient, asked: preflight_pb2.RunPreflightRequest) -> preflight_pb2.PreflightReport:
    *_, last = client.preflights.RunPreflight(asked)
    report: preflight_pb2.PreflightReport = last.report
    return report


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


def test_what_fitted_is_told_again_also_by_the_next_server(tmp_path: Path, engine: FakeEngine) -> None:
    first = RunningServer(tmp_path, engine)
    fresh = measured(first.client, request())
    first.close()
    second = RunningServer(tmp_path, engine)
    asked = request()
    for field in ("learning_rate", "weight_decay"):
        setattr(asked.specification.optimizer, field, 0.5)
    asked.specification.seed += 1
    asked.specification.client_notes = "another"
    asked.specification.steps_total += 1
    kept = measured(second.client, asked)
    second.close()
    assert engine.preflights == 1
    assert not fresh.HasField("measured_unix_seconds")
    assert 0 <= time.time() - kept.measured_unix_seconds < 600
    assert (kept.available_bytes, fresh.available_bytes) == (100, 8)
    kept.ClearField("measured_unix_seconds")
    kept.available_bytes = fresh.available_bytes
    assert kept == fresh


def test_what_is_used_now_comes_on_top(client: BridgeClient, engine: FakeEngine) -> None:
    measured(client, request())
    engine.memory_now = MemoryNow(used_bytes=31, available_bytes=39)
    kept = measured(client, request())
    assert kept.memory.weights == 31
    assert (kept.training_peak_bytes, kept.generation_peak_bytes) == (7 + 30, 9 + 30)
    assert engine.preflights == 1
    engine.memory_now = MemoryNow(used_bytes=31, available_bytes=38)
    assert measured(client, request()).training_peak_bytes == 7
    assert engine.preflights == 2


def changing(**fields: object) -> Callable[[], preflight_pb2.RunPreflightRequest]:
    return lambda: request(**fields)


def other_rank() -> preflight_pb2.RunPreflightRequest:
    asked = request()
    asked.specification.layer_plan.blocks[0].rank += 1
    return asked


def unclipped() -> preflight_pb2.RunPreflightRequest:
    asked = request()
    asked.specification.optimizer.max_gradient_norm = 0 if asked.specification.optimizer.max_gradient_norm else 1
    return asked


def eight_bit() -> preflight_pb2.RunPreflightRequest:
    asked = request()
    asked.specification.optimizer.eight_bit = True
    return asked


@pytest.mark.parametrize(
    "another",
    [
        other_rank,
        unclipped,
        eight_bit,
        changing(measure_anew=True),
        changing(sequence_tokens=[30, 13]),
        changing(trained_tokens=8),
        changing(prompt_tokens=1),
        changing(max_new_tokens=10),
        changing(accumulates=True),
    ],
)
def test_what_may_need_more_is_measured(
    client: BridgeClient, engine: FakeEngine, another: Callable[[], preflight_pb2.RunPreflightRequest]
) -> None:
    measured(client, request())
    assert not measured(client, another()).HasField("measured_unix_seconds")
    assert engine.preflights == 2


def test_what_did_not_fit_is_tried_again(client: BridgeClient, engine: FakeEngine) -> None:
    refused = request(max_new_tokens=0)
    assert not measured(client, refused).fits
    assert not measured(client, refused).fits
    assert engine.preflights == 2


def test_nothing_is_told_again_where_memory_is_not_known(client: BridgeClient, engine: FakeEngine) -> None:
    engine.memory_now = None
    measured(client, request())
    measured(client, request())
    assert engine.preflights == 2


def test_the_oldest_ones_are_forgotten(
    client: BridgeClient, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midblock_server.preflights.kept.MAX_KEPT", 2)
    for rows in (1, 2, 3, 2, 1):
        measured(client, request(prompt_rows=rows))
    assert engine.preflights == 4


def test_another_device_or_package_is_another_preflight(
    tmp_path: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = RunningServer(tmp_path, engine)
    measured(running.client, request())
    with monkeypatch.context() as changed:
        changed.setattr("midblock_server.preflights.identity.package_versions", lambda: {"torch": "0"})
        assert not measured(running.client, request()).HasField("measured_unix_seconds")
    with monkeypatch.context() as changed:
        changed.setattr("fake_engine.FakeModel.device", replace(FakeModel.device, threads=7))
        assert not measured(running.client, request()).HasField("measured_unix_seconds")
    assert measured(running.client, request()).HasField("measured_unix_seconds")
    running.close()
