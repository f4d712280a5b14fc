"""Runs over the wire: starting, watching, steering, resuming, fetching."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import grpc
import pytest
from bridge_client import BridgeClient, failing
from fake_engine import FakeEngine
from wire_requests import events, kinds, record, specification, start, upload, watch_until

from midblock_server.gen.midblock.v1 import run_pb2

TRAINED = run_pb2.ARTIFACT_FORM_TRAINED


def test_a_run_tells_all_that_happens_and_ends(client: BridgeClient) -> None:
    run_id = start(client, steps=3, every=2)
    watched = list(events(client, run_id))
    assert kinds(watched) == [
        "run_queued", "run_started", "step_ended", "step_ended", "checkpoint_saved", "step_ended", "checkpoint_saved",
        "run_ended",
    ]  # fmt: skip
    assert [event.sequence for event in watched] == list(range(1, 9))
    assert [event.step_ended.loss for event in watched if event.HasField("step_ended")] == [1 + 6, 2 + 9, 3 + 30]
    assert watched[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED
    ended = record(client, run_id)
    assert (ended.state, ended.steps_done, ended.steps_total, ended.last_sequence) == (4, 3, 3, 8)
    assert [(checkpoint.step, checkpoint.weights_hash) for checkpoint in ended.checkpoints] == [
        (2, "sha256:weights of step 2"),
        (3, "sha256:weights of step 3"),
    ]
    assert ended.HasField("ended_unix_seconds")
    assert not ended.specification.HasField("batch_plan")


def test_starting_again_with_the_same_key_returns_the_same_run(client: BridgeClient) -> None:
    wanted = specification(upload(client))
    first = client.runs.StartRun(run_pb2.StartRunRequest(key="a", specification=wanted))
    again = client.runs.StartRun(run_pb2.StartRunRequest(key="a", specification=wanted))
    assert again.run_id == first.run_id
    assert len(client.runs.ListRuns(run_pb2.ListRunsRequest()).runs) == 1


def test_the_same_key_with_another_specification_is_a_conflict(client: BridgeClient) -> None:
    run_id = start(client, "a", steps=3)
    with failing("run-key-conflict") as failure:
        start(client, "a", steps=4)
    assert failure.status is grpc.StatusCode.ALREADY_EXISTS
    assert failure.detail.facts["run_id"] == run_id


def test_a_specification_with_unset_fields_is_refused_with_all_faults(client: BridgeClient) -> None:
    wanted = specification(upload(client))
    wanted.ClearField("lora")
    wanted.optimizer.schedule = run_pb2.SCHEDULE_UNSPECIFIED
    with failing("invalid-options") as failure:
        client.runs.StartRun(run_pb2.StartRunRequest(key="a", specification=wanted))
    assert "method: found none" in failure.detail.message
    assert "optimizer.schedule: found 0" in failure.detail.message
    assert failure.detail.facts["fault_count"] == "2"


def test_what_does_not_fit_the_model_is_refused_before_it_is_queued(client: BridgeClient) -> None:
    wanted = specification(upload(client))
    wanted.layer_plan.block_count = 9
    with failing("invalid-layer-plan"):
        client.runs.StartRun(run_pb2.StartRunRequest(key="a", specification=wanted))
    assert len(client.runs.ListRuns(run_pb2.ListRunsRequest()).runs) == 0


def test_a_run_needs_its_data_set(client: BridgeClient) -> None:
    with failing("dataset-not-found"):
        client.runs.StartRun(run_pb2.StartRunRequest(key="a", specification=specification("0" * 64)))


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_1_to_200_characters(client: BridgeClient, key: str) -> None:
    with failing("invalid-options"):
        client.runs.StartRun(run_pb2.StartRunRequest(key=key, specification=specification(upload(client))))


def test_runs_train_one_after_the_other_in_the_order_they_came(client: BridgeClient, engine: FakeEngine) -> None:
    first = start(client, "first", hold_at_step=0)
    watch_until(client, first, "run_started")
    second, third = start(client, "second"), start(client, "third")
    assert watch_until(client, third, "run_queued").run_queued.runs_ahead == 2
    assert record(client, second).state == run_pb2.RUN_STATE_QUEUED
    engine.release.set()
    ends = [list(events(client, run_id)) for run_id in (first, second, third)]
    assert ends[0][-1].unix_seconds <= ends[1][1].unix_seconds <= ends[1][-1].unix_seconds <= ends[2][1].unix_seconds


def test_watching_from_a_number_replays_only_what_follows(client: BridgeClient) -> None:
    run_id = start(client, steps=3)
    list(events(client, run_id))
    assert [event.sequence for event in events(client, run_id, 4)] == [4, 5, 6, 7]


def test_watching_past_the_next_event_is_refused(client: BridgeClient) -> None:
    run_id = start(client, steps=1)
    last = list(events(client, run_id))[-1].sequence
    assert list(events(client, run_id, last + 1)) == []
    with failing("invalid-options"):
        list(events(client, run_id, last + 2))


def test_an_idle_stream_has_heartbeats(client: BridgeClient) -> None:
    run_id = start(client, hold_at_step=0)
    stream = client.runs.WatchRun(run_pb2.WatchRunRequest(run_id=run_id))
    assert any(response.WhichOneof("message") == "heartbeat" for response in stream)
    stream.cancel()


def test_losing_the_watcher_does_not_stop_the_run(client: BridgeClient, engine: FakeEngine) -> None:
    run_id = start(client, hold_at_step=2)
    watch_until(client, run_id, "step_ended", 2)
    engine.release.set()
    assert list(events(client, run_id))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED


def test_cancelling_a_running_run_ends_it_with_a_checkpoint(client: BridgeClient) -> None:
    run_id = start(client, hold_at_step=2)
    watch_until(client, run_id, "step_ended", 2)
    client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=run_id))
    watched = list(events(client, run_id))
    assert kinds(watched)[-2:] == ["checkpoint_saved", "run_ended"]
    assert watched[-1].run_ended.state == run_pb2.RUN_STATE_CANCELLED
    assert watched[-1].run_ended.steps_done == 2
    again = client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=run_id))
    assert again.last_sequence == watched[-1].sequence


def test_a_queued_run_can_be_cancelled_and_paused(client: BridgeClient, engine: FakeEngine) -> None:
    first = start(client, "first", hold_at_step=0)
    watch_until(client, first, "run_started")
    second, third = start(client, "second"), start(client, "third")
    assert client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=second)).state == run_pb2.RUN_STATE_CANCELLED
    assert client.runs.PauseRun(run_pb2.PauseRunRequest(run_id=third)).state == run_pb2.RUN_STATE_PAUSED
    assert kinds(list(events(client, second))) == ["run_queued", "run_ended"]
    assert kinds(list(events(client, third))) == ["run_queued", "run_paused"]
    engine.release.set()
    list(events(client, first))
    client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=third))
    assert list(events(client, third))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED


def test_a_paused_run_goes_on_where_it_stopped(client: BridgeClient, engine: FakeEngine) -> None:
    run_id = start(client, steps=4, hold_at_step=2)
    watch_until(client, run_id, "step_ended", 2)
    client.runs.PauseRun(run_pb2.PauseRunRequest(run_id=run_id))
    paused = list(events(client, run_id))
    assert paused[-1].run_paused.step == 2
    engine.release.set()
    client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    resumed = list(events(client, run_id, paused[-1].sequence + 1))
    assert kinds(resumed) == [
        "run_queued", "run_started", "step_ended", "step_ended", "checkpoint_saved", "run_ended"
    ]  # fmt: skip
    assert resumed[0].sequence == paused[-1].sequence + 1
    assert resumed[1].run_started.from_step == 2
    assert [event.step_ended.step for event in resumed if event.HasField("step_ended")] == [3, 4]


def test_resuming_from_an_earlier_checkpoint_leaves_later_ones_behind(client: BridgeClient) -> None:
    run_id = start(client, steps=4, every=1, keep=4, fail_at_step=3)
    assert list(events(client, run_id))[-1].run_ended.state == run_pb2.RUN_STATE_FAILED
    before = record(client, run_id)
    assert [checkpoint.step for checkpoint in before.checkpoints] == [1, 2, 3]
    with failing("checkpoint-not-found") as failure:
        client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id, step=9))
    assert failure.detail.found == "checkpoints at steps 1, 2, 3"
    client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id, step=1))
    resumed = list(events(client, run_id, before.last_sequence + 1))
    assert resumed[1].run_started.from_step == 1
    assert [event.step_ended.step for event in resumed if event.HasField("step_ended")] == [2, 3]


def test_a_completed_run_is_not_resumable(client: BridgeClient) -> None:
    run_id = start(client, steps=1)
    list(events(client, run_id))
    with failing("run-not-resumable") as failure:
        client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    assert failure.detail.found == "completed"


def test_a_failed_run_keeps_why(client: BridgeClient) -> None:
    run_id = start(client, fail_at_step=1)
    ended = list(events(client, run_id))[-1].run_ended
    assert ended.state == run_pb2.RUN_STATE_FAILED
    assert (ended.error.code, ended.error.found, ended.error.wanted) == ("out-of-memory", "1 GiB", "2 GiB")
    assert ended.error.facts["run_id"] == run_id
    assert record(client, run_id).error == ended.error


def test_an_unforeseen_error_fails_the_run_without_its_text_and_the_next_run_trains(client: BridgeClient) -> None:
    run_id = start(client, "first", crash_at_step=1)
    error = list(events(client, run_id))[-1].run_ended.error
    assert error.code == "internal"
    assert "ValueError" in error.message
    assert "secret" not in str(error)
    assert list(events(client, start(client, "second")))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED


@pytest.mark.parametrize(
    ("call", "request_type"),
    [
        ("GetRun", run_pb2.GetRunRequest),
        ("WatchRun", run_pb2.WatchRunRequest),
        ("CancelRun", run_pb2.CancelRunRequest),
        ("PauseRun", run_pb2.PauseRunRequest),
        ("ResumeRun", run_pb2.ResumeRunRequest),
        ("FetchArtifacts", partial(run_pb2.FetchArtifactsRequest, form=TRAINED)),
    ],
)
def test_unknown_runs_are_not_found(client: BridgeClient, call: str, request_type: Callable[..., object]) -> None:
    with failing("run-not-found") as failure:
        list(getattr(client.runs, call)(request_type(run_id="nope")))
    assert failure.status is grpc.StatusCode.NOT_FOUND
    assert failure.detail.facts["run_id"] == "nope"


def test_lists_come_newest_first_in_pages(client: BridgeClient) -> None:
    started = [start(client, f"key {number}", steps=1) for number in range(3)]
    page = client.runs.ListRuns(run_pb2.ListRunsRequest(limit=2))
    assert [run.run_id for run in page.runs] == [started[2], started[1]]
    assert page.more
    rest = client.runs.ListRuns(run_pb2.ListRunsRequest(limit=2, before_run_id=page.runs[-1].run_id))
    assert [run.run_id for run in rest.runs] == [started[0]]
    assert not rest.more


def test_only_the_newest_checkpoints_are_kept(client: BridgeClient) -> None:
    run_id = start(client, steps=5, every=1, keep=2)
    list(events(client, run_id))
    assert [checkpoint.step for checkpoint in record(client, run_id).checkpoints] == [4, 5]


def test_a_checkpoint_that_nobody_needs_is_removed_with_its_files(client: BridgeClient, tmp_path: Path) -> None:
    run_id = start(client, steps=4, every=1, keep=9)
    list(events(client, run_id))
    folder = tmp_path / "state" / "runs" / run_id
    assert len(list(folder.glob("step-*"))) == 4
    removal = run_pb2.RemoveCheckpointRequest(run_id=run_id, step=2)
    for _ in range(2):
        left = client.runs.RemoveCheckpoint(removal)
        assert [checkpoint.step for checkpoint in left.checkpoints] == [1, 3, 4]
        assert len(list(folder.iterdir())) == 3
    with failing("invalid-options"):
        client.runs.RemoveCheckpoint(run_pb2.RemoveCheckpointRequest(run_id=run_id, step=4))
    with failing("run-not-found"):
        client.runs.RemoveCheckpoint(run_pb2.RemoveCheckpointRequest(run_id="none", step=4))


def test_the_checkpoint_that_a_queued_run_goes_on_from_stays(client: BridgeClient) -> None:
    run_id = start(client, steps=4, every=1, keep=9, fail_at_step=3)
    list(events(client, run_id))
    other = start(client, "other", hold_at_step=1)
    watch_until(client, other, "step_ended")
    client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id, step=1))
    with failing("invalid-options"):
        client.runs.RemoveCheckpoint(run_pb2.RemoveCheckpointRequest(run_id=run_id, step=1))
    client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=other))


def test_artefacts_arrive_whole_with_their_hashes(client: BridgeClient, tmp_path: Path) -> None:
    run_id = start(client, steps=2, every=1)
    list(events(client, run_id))
    files: dict[str, bytes] = {}
    headers: dict[str, run_pb2.ArtifactHeader] = {}
    for part in client.runs.FetchArtifacts(run_pb2.FetchArtifactsRequest(run_id=run_id, form=TRAINED)):
        if part.WhichOneof("part") == "header":
            name = part.header.path
            headers[name], files[name] = part.header, b""
        else:
            files[name] += part.chunk
    assert list(files) == ["adapter_config.json", "adapter_model.safetensors"]
    for name, content in files.items():
        assert (headers[name].bytes, headers[name].sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert files["adapter_config.json"] == b'{"step": 2}'
    first = list(client.runs.FetchArtifacts(run_pb2.FetchArtifactsRequest(run_id=run_id, step=1, form=TRAINED)))
    assert first[1].chunk == b'{"step": 1}'


def test_artefacts_of_no_form_are_refused(client: BridgeClient) -> None:
    run_id = start(client, steps=1)
    list(events(client, run_id))
    with failing("invalid-options") as failure:
        list(client.runs.FetchArtifacts(run_pb2.FetchArtifactsRequest(run_id=run_id)))
    assert failure.detail.wanted == "ARTIFACT_FORM_TRAINED or ARTIFACT_FORM_MERGED"
