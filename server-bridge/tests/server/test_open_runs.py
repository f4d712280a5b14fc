"""Open runs over the wire: extended, waiting, finished early, and going on after all that may happen to a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bridge_client import BridgeClient, failing
from fake_engine import FakeEngine
from running_server import RunningServer
from wire_requests import ROWS, Row, events, kinds, record, specification, start, upload, watch_until

from midblock_server.gen.midblock.v1 import run_pb2

FINAL = '{"final": true}'
MORE_ROWS: tuple[Row, ...] = (((10,), (1.0,)), ((20, 30), (0.0, 1.0)))


def start_open(
    client: BridgeClient, key: str = "open", *, steps: int = 2, total: int = 4, hold_at_step: int = -1
) -> str:
    wanted = specification(upload(client), steps=steps, hold_at_step=hold_at_step)
    wanted.open, wanted.steps_total = True, total
    started: run_pb2.RunRecord = client.runs.StartRun(run_pb2.StartRunRequest(key=key, specification=wanted))
    return started.run_id


def extension(
    run_id: str, number: int, hashes: list[str], rows: list[int], notes: str = ""
) -> run_pb2.ExtendRunRequest:
    steps = [run_pb2.Step(micro_batches=[run_pb2.MicroBatch(datum_indices=[row])]) for row in rows]
    return run_pb2.ExtendRunRequest(
        run_id=run_id,
        number=number,
        dataset_hashes=hashes,
        batch_plan=run_pb2.BatchPlan(steps=steps),
        client_notes=notes,
    )


def losses(told: list[run_pb2.RunEvent]) -> list[float]:
    return [event.step_ended.loss for event in told if event.HasField("step_ended")]


def test_a_run_waits_for_its_extension_and_the_watch_goes_on(client: BridgeClient) -> None:
    run_id = start_open(client)
    assert watch_until(client, run_id, "run_waiting").run_waiting.step == 2
    waiting = record(client, run_id)
    assert (waiting.state, waiting.steps_done, waiting.steps_total) == (run_pb2.RUN_STATE_WAITING, 2, 4)
    more = upload(client, MORE_ROWS)
    told: list[run_pb2.RunEvent] = []
    for event in events(client, run_id):
        told.append(event)
        if event.HasField("run_waiting"):
            client.runs.ExtendRun(extension(run_id, 1, [more], [3, 4], notes=FINAL))
    assert kinds(told) == [
        "run_queued", "run_started", "step_ended", "step_ended", "checkpoint_saved", "run_waiting",
        "run_queued", "run_started", "step_ended", "step_ended", "checkpoint_saved", "run_ended",
    ]  # fmt: skip
    assert losses(told) == [1 + 6, 2 + 9, 3 + 10, 4 + 50]
    ended = record(client, run_id)
    assert ended.state == run_pb2.RUN_STATE_COMPLETED
    assert (ended.specification.client_notes, list(ended.specification.dataset_hashes)[1:]) == (FINAL, [more])


def test_an_extension_that_comes_while_it_trains_is_trained_without_waiting(
    client: BridgeClient, engine: FakeEngine
) -> None:
    run_id = start_open(client, hold_at_step=1)
    watch_until(client, run_id, "step_ended", 1)
    client.runs.ExtendRun(extension(run_id, 1, [upload(client, MORE_ROWS)], [3, 4]))
    engine.release.set()
    told = list(events(client, run_id))
    assert "run_waiting" not in kinds(told)
    assert losses(told) == [1 + 6, 2 + 9, 3 + 10, 4 + 50]


def test_a_waiting_run_leaves_the_trainer_to_others(client: BridgeClient) -> None:
    waiting = start_open(client)
    watch_until(client, waiting, "run_waiting")
    other = start(client, "other")
    assert list(events(client, other))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED
    assert [run.state for run in client.runs.ListRuns(run_pb2.ListRunsRequest()).runs] == [
        run_pb2.RUN_STATE_COMPLETED,
        run_pb2.RUN_STATE_WAITING,
    ]


def test_extensions_are_taken_once_and_in_order(client: BridgeClient) -> None:
    run_id = start_open(client, total=9)
    watch_until(client, run_id, "run_waiting")
    more = upload(client, MORE_ROWS)
    with failing("run-key-conflict") as gap:
        client.runs.ExtendRun(extension(run_id, 2, [more], [3]))
    assert gap.detail.wanted == "extension 1 to follow"
    client.runs.ExtendRun(extension(run_id, 1, [more], [3], notes=FINAL))
    again = client.runs.ExtendRun(extension(run_id, 1, [more], [3], notes="{}"))
    assert len(again.specification.dataset_hashes) == 2
    assert again.specification.client_notes == FINAL
    for other in (extension(run_id, 1, [more], [4]), extension(run_id, 1, [], [3])):
        with failing("run-key-conflict"):
            client.runs.ExtendRun(other)
    watch_until(client, run_id, "run_waiting", 2)
    assert record(client, run_id).steps_done == 3


def test_what_does_not_fit_is_refused_and_leaves_no_trace(client: BridgeClient) -> None:
    run_id = start_open(client)
    watch_until(client, run_id, "run_waiting")
    before = record(client, run_id)
    with failing("dataset-not-found"):
        client.runs.ExtendRun(extension(run_id, 1, ["0" * 64], [0]))
    with failing("dataset-invalid") as unknown_row:
        client.runs.ExtendRun(extension(run_id, 1, [], [len(ROWS)]))
    assert (unknown_row.detail.found, unknown_row.detail.wanted) == ("[3]", "3")
    with failing("dataset-invalid"):
        client.runs.ExtendRun(extension(run_id, 1, [], [0, 0, 0]))
    with failing("invalid-options") as notes:
        client.runs.ExtendRun(extension(run_id, 1, [], [0], notes="n" * (1 << 20) + "n"))
    assert "client_notes" in notes.detail.message
    assert record(client, run_id) == before


def test_only_an_open_run_is_extended(client: BridgeClient) -> None:
    run_id = start(client)
    with failing("invalid-options"):
        client.runs.ExtendRun(extension(run_id, 1, [], [0]))
    with failing("run-not-found"):
        client.runs.ExtendRun(extension("run-nowhere", 1, [], [0]))


def test_a_waiting_run_is_cancelled_and_paused_at_once_and_resumed(client: BridgeClient) -> None:
    run_id = start_open(client)
    watch_until(client, run_id, "run_waiting")
    assert client.runs.PauseRun(run_pb2.PauseRunRequest(run_id=run_id)).state == run_pb2.RUN_STATE_PAUSED
    assert kinds(list(events(client, run_id)))[-2:] == ["run_waiting", "run_paused"]
    client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    watch_until(client, run_id, "run_waiting", 2)
    assert client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=run_id)).state == run_pb2.RUN_STATE_CANCELLED
    client.runs.ExtendRun(extension(run_id, 1, [upload(client, MORE_ROWS)], [3, 4]))
    client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    told = list(events(client, run_id))
    assert told[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED
    assert losses(told) == [1 + 6, 2 + 9, 3 + 10, 4 + 50]


def test_finishing_a_running_run_completes_it_at_the_next_step(client: BridgeClient) -> None:
    run_id = start(client, hold_at_step=2)
    watch_until(client, run_id, "step_ended", 2)
    client.runs.FinishRun(run_pb2.FinishRunRequest(run_id=run_id, reason="early-stop"))
    told = list(events(client, run_id))
    assert kinds(told)[-2:] == ["checkpoint_saved", "run_ended"]
    ended = told[-1].run_ended
    assert (ended.state, ended.steps_done, ended.reason) == (run_pb2.RUN_STATE_COMPLETED, 2, "early-stop")
    again = client.runs.FinishRun(run_pb2.FinishRunRequest(run_id=run_id, reason="another"))
    assert again.last_sequence == told[-1].sequence
    assert client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=run_id)).state == run_pb2.RUN_STATE_COMPLETED


def test_a_waiting_run_is_finished_at_once_and_takes_no_more(client: BridgeClient) -> None:
    run_id = start_open(client)
    watch_until(client, run_id, "run_waiting")
    client.runs.FinishRun(run_pb2.FinishRunRequest(run_id=run_id, reason="early-stop"))
    assert list(events(client, run_id))[-1].run_ended.reason == "early-stop"
    late = client.runs.ExtendRun(extension(run_id, 1, [upload(client, MORE_ROWS)], [0]))
    assert (late.state, late.steps_done, len(late.specification.dataset_hashes)) == (run_pb2.RUN_STATE_COMPLETED, 2, 1)
    told = client.runs.ExtendRun(extension(run_id, 2, [], [0], notes=FINAL))
    assert (told.last_sequence, told.specification.client_notes) == (late.last_sequence, FINAL)


def test_a_paused_run_is_finished_with_a_checkpoint(client: BridgeClient, engine: FakeEngine) -> None:
    first = start(client, "first", hold_at_step=0)
    watch_until(client, first, "run_started")
    second = start(client, "second")
    client.runs.PauseRun(run_pb2.PauseRunRequest(run_id=second))
    client.runs.FinishRun(run_pb2.FinishRunRequest(run_id=second, reason="enough"))
    engine.release.set()
    told = list(events(client, second))
    assert kinds(told)[-3:] == ["run_started", "checkpoint_saved", "run_ended"]
    assert (told[-1].run_ended.steps_done, told[-1].run_ended.reason) == (0, "enough")


@pytest.mark.parametrize("reason", ["", "r" * 201])
def test_a_reason_has_1_to_200_characters(client: BridgeClient, reason: str) -> None:
    run_id = start(client)
    with failing("invalid-options"):
        client.runs.FinishRun(run_pb2.FinishRunRequest(run_id=run_id, reason=reason))


@pytest.fixture
def successor(tmp_path: Path, running: RunningServer) -> Iterator[RunningServer]:
    """Another server over the same state folder, once the first is closed."""
    start_open(running.client)
    run_id = record_of_open(running.client).run_id
    watch_until(running.client, run_id, "run_waiting")
    running.close()
    engine = FakeEngine()
    engine.may_load.set()
    server = RunningServer(tmp_path / "state", engine)
    yield server
    server.close()


def record_of_open(client: BridgeClient) -> run_pb2.RunRecord:
    (found,) = client.runs.ListRuns(run_pb2.ListRunsRequest()).runs
    run: run_pb2.RunRecord = found
    return run


def test_a_waiting_run_still_waits_after_a_restart_and_goes_on(successor: RunningServer) -> None:
    client = successor.client
    waiting = record_of_open(client)
    assert waiting.state == run_pb2.RUN_STATE_WAITING
    client.runs.ExtendRun(extension(waiting.run_id, 1, [upload(client, MORE_ROWS)], [3, 4]))
    told = list(events(client, waiting.run_id))
    assert told[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED
    assert losses(told) == [1 + 6, 2 + 9, 3 + 10, 4 + 50]
