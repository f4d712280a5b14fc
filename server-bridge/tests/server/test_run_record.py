"""The run record by itself: transactions, steering of runs whose trainer is elsewhere, owners alive and dead."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from wire_requests import specification

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import CheckpointWritten, Control, StepDone
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.database import Database
from midblock_server.runs.ownership import Ownership, interrupt_runs, interrupt_runs_of_the_dead
from midblock_server.runs.steering import cancel_run, pause_run, resume_run
from midblock_server.runs.store import RunStore
from midblock_server.runs.training_record import ClaimedRun, RunLostError, TrainingRecord

STEP = StepDone(1, 2.0, 0.1, 1.0, 3, 3, 0.5, 1000)


class Record:
    """A record with one run that ``owner`` has claimed."""

    def __init__(self, folder: Path, owner: str = "me") -> None:
        self.database = Database(folder / "runs.sqlite")
        self.store = RunStore(self.database, folder / "runs")
        self.training = TrainingRecord(self.database, folder / "runs", owner)
        self.run_id = self.store.start("key", specification("0" * 64), owner).run_id
        assert self.claim().run_id == self.run_id

    def claim(self) -> ClaimedRun:
        claimed = self.training.claim_next()
        assert claimed is not None
        return claimed


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


def test_a_failed_transaction_leaves_nothing(record: Record) -> None:
    before = record.store.get(record.run_id)
    with pytest.raises(ZeroDivisionError), record.database.transaction() as connection:
        connection.execute("UPDATE runs SET steps_done = 99")
        _ = 1 / 0
    assert record.store.get(record.run_id) == before


def test_steps_are_seen_by_another_connection_at_once(record: Record, tmp_path: Path) -> None:
    record.training.step_done(record.run_id, STEP)
    other = RunStore(Database(tmp_path / "runs.sqlite"), tmp_path / "runs")
    events, at_rest = other.events(record.run_id, 2, 10)
    assert [event.step_ended.step for event in events] == [1]
    assert not at_rest


def test_a_cancel_is_not_weakened_to_a_pause(record: Record) -> None:
    pause_run(record.database, record.run_id)
    assert record.training.wanted(record.run_id) is Control.PAUSE
    cancel_run(record.database, record.run_id)
    pause_run(record.database, record.run_id)
    assert record.training.wanted(record.run_id) is Control.CANCEL


def test_resuming_a_running_run_changes_nothing(record: Record) -> None:
    before = record.store.get(record.run_id)
    assert resume_run(record.database, record.run_id, None, "me") == before


def test_resuming_a_run_that_is_about_to_pause_says_to_wait(record: Record) -> None:
    pause_run(record.database, record.run_id)
    with pytest.raises(MidblockServerError) as caught:
        resume_run(record.database, record.run_id, None, "me")
    assert caught.value.code == "run-not-resumable"
    assert caught.value.detail.found == "running, about to pause"


def test_a_paused_or_interrupted_run_can_be_cancelled(record: Record) -> None:
    interrupt_runs(record.database, "me")
    assert cancel_run(record.database, record.run_id).state == run_pb2.RUN_STATE_CANCELLED
    events, at_rest = record.store.events(record.run_id, 1, 10)
    assert [event.WhichOneof("event") for event in events] == ["run_queued", "run_interrupted", "run_ended"]
    assert at_rest


def test_a_trainer_can_write_no_more_once_its_run_was_interrupted(record: Record) -> None:
    interrupt_runs(record.database, "me")
    with pytest.raises(RunLostError):
        record.training.step_done(record.run_id, STEP)
    resume_run(record.database, record.run_id, None, "another")
    with pytest.raises(RunLostError):
        record.training.step_done(record.run_id, STEP)


def test_a_resume_without_a_checkpoint_starts_at_the_beginning(record: Record) -> None:
    interrupt_runs(record.database, "me")
    resume_run(record.database, record.run_id, None, "me")
    claimed = record.claim()
    assert claimed.resume_from is None
    assert len(claimed.specification.batch_plan.steps) == 4


def test_a_resume_takes_the_newest_checkpoint(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / record.run_id
    for step in (1, 2, 3):
        record.training.checkpoint_written(
            record.run_id, CheckpointWritten(step, folder / f"step-{step}", 10, f"sha256:{step}"), keep=2
        )
    interrupt_runs(record.database, "me")
    resume_run(record.database, record.run_id, None, "me")
    assert record.claim().resume_from == folder / "step-3"
    assert [checkpoint.step for checkpoint in record.store.get(record.run_id).checkpoints] == [2, 3]


def test_a_record_of_an_older_version_is_read_and_has_no_hashes_of_its_checkpoints(
    record: Record, tmp_path: Path
) -> None:
    record.training.checkpoint_written(record.run_id, CheckpointWritten(1, tmp_path / "runs" / "1", 10, "sha256:1"), 2)
    record.database.close()
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("ALTER TABLE checkpoints DROP COLUMN weights_hash")
        connection.execute("DROP TABLE preflights")
        connection.execute("PRAGMA user_version = 2")
    opened = RunStore(Database(tmp_path / "runs.sqlite"), tmp_path / "runs")
    assert [(each.step, each.weights_hash) for each in opened.get(record.run_id).checkpoints] == [(1, "")]


def test_runs_of_the_living_are_kept_and_those_of_the_dead_interrupted(tmp_path: Path) -> None:
    mine, other = Ownership(tmp_path / "servers"), Ownership(tmp_path / "servers")
    record = Record(tmp_path, owner=other.owner)
    assert interrupt_runs_of_the_dead(record.database, mine) == []
    other.release()
    assert interrupt_runs_of_the_dead(record.database, mine) == [record.run_id]
    assert interrupt_runs_of_the_dead(record.database, mine) == []
    assert [file.name for file in (tmp_path / "servers").iterdir()] == [f"{mine.owner}.lock"]
    mine.release()


def test_a_list_that_would_not_fit_a_message_is_cut_and_says_so(tmp_path: Path) -> None:
    store = RunStore(Database(tmp_path / "runs.sqlite"), tmp_path / "runs")
    notes = "n" * (1 << 20)
    for number in range(20):
        wanted = specification("0" * 64)
        wanted.client_notes = notes
        store.start(f"key {number}", wanted, "me")
    runs, more = store.list_newest(100, "")
    assert 0 < len(runs) < 20
    assert more
    rest, more = store.list_newest(100, runs[-1].run_id)
    assert len(runs) + len(rest) == 20
    assert not more
