"""The trainer's side of the record: claims a run and writes down what happens to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from midblock_server.core.types import (
    CheckpointWritten,
    Control,
    ErrorDetail,
    StepDone,
    TrainingStarted,
    TrainingWarning,
)
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.database import Database
from midblock_server.runs.records import append_event, find_run, known_specification
from midblock_server.runs.steering import end_run, stop_as_interrupted, stop_as_paused, wait_for_extension
from midblock_server.wire.errors import error_detail_to_wire
from midblock_server.wire.events import step_done_to_wire, training_started_to_wire, warning_to_wire


class RunLostError(Exception):
    """The run is no longer this trainer's: the server is shutting down and did not wait any longer."""


@dataclass(frozen=True)
class ClaimedRun:
    """A run to train now. ``folder`` takes its checkpoints; ``resume_from`` is the one to go on from."""

    run_id: str
    specification: run_pb2.RunSpecification
    folder: Path
    resume_from: Path | None


class TrainingRecord:
    """What one server instance, the ``owner``, writes about the runs it trains."""

    def __init__(self, database: Database, runs_folder: Path, owner: str) -> None:
        self._database = database
        self._runs_folder = runs_folder
        self._owner = owner

    def claim_next(self) -> ClaimedRun | None:
        """Takes the run that waits longest and marks it running; None where none waits."""
        with self._database.snapshot() as connection:
            if _longest_waiting(connection, self._owner) is None:
                return None
        with self._database.transaction() as connection:
            row = _longest_waiting(connection, self._owner)
            if row is None:
                return None
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (run_pb2.RUN_STATE_RUNNING, row["id"]))
            # A run that goes on from an earlier checkpoint leaves the later ones behind; the trainer deletes them.
            _forget_checkpoints(connection, row["id"], "step > ?2", row["resume_step"] or 0)
            resume_from = _checkpoint_folder(connection, row["id"], row["resume_step"])
        return ClaimedRun(
            run_id=row["id"],
            specification=known_specification(row),
            folder=self._runs_folder / row["id"],
            resume_from=None if resume_from is None else self._runs_folder / resume_from,
        )

    def wanted(self, run_id: str) -> Control:
        """What clients want of the run."""
        with self._database.snapshot() as connection:
            return Control(find_run(connection, run_id)["wanted"])

    def training_started(self, run_id: str, event: TrainingStarted) -> None:
        with self._owned(run_id) as connection:
            append_event(connection, run_id, training_started_to_wire(event))
            _set_steps_done(connection, run_id, event.from_step)

    def step_done(self, run_id: str, event: StepDone) -> None:
        # Not durable: a step lost to a power cut is trained again from the checkpoint, and its event is written again.
        with self._owned(run_id, durable=False) as connection:
            append_event(connection, run_id, step_done_to_wire(event))
            _set_steps_done(connection, run_id, event.step)

    def checkpoint_written(self, run_id: str, event: CheckpointWritten, keep: int) -> None:
        """Records a checkpoint and forgets all but the ``keep`` newest ones; the trainer deletes their files later."""
        saved = run_pb2.Checkpoint(
            step=event.step, bytes=event.bytes, unix_seconds=time.time(), weights_hash=event.weights_hash
        )
        folder = str(event.folder.relative_to(self._runs_folder))
        with self._owned(run_id) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO checkpoints (run_id, step, folder, bytes, unix_seconds, weights_hash) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (run_id, saved.step, folder, saved.bytes, saved.unix_seconds, saved.weights_hash),
            )
            append_event(
                connection, run_id, run_pb2.RunEvent(checkpoint_saved=run_pb2.CheckpointSaved(checkpoint=saved))
            )
            newest = "SELECT step FROM checkpoints WHERE run_id = ?1 ORDER BY step DESC LIMIT ?2"
            _forget_checkpoints(connection, run_id, f"step NOT IN ({newest})", keep)

    def warning(self, run_id: str, event: TrainingWarning) -> None:
        with self._owned(run_id) as connection:
            append_event(connection, run_id, warning_to_wire(event))

    def ended(self, run_id: str, state: run_pb2.RunState, error: ErrorDetail | None = None, why: str = "") -> None:
        with self._owned(run_id) as connection:
            end_run(connection, run_id, state, None if error is None else error_detail_to_wire(error), why)

    def waiting(self, run_id: str) -> None:
        """Writes down that all known steps are made. What came meanwhile is heeded: an extension, or a wish to stop."""
        with self._owned(run_id) as connection:
            wait_for_extension(connection, run_id)

    def paused(self, run_id: str) -> None:
        with self._owned(run_id) as connection:
            stop_as_paused(connection, run_id)

    def interrupted(self, run_id: str) -> None:
        with self._owned(run_id) as connection:
            stop_as_interrupted(connection, run_id)

    @contextmanager
    def _owned(self, run_id: str, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        with self._database.transaction(durable=durable) as connection:
            row = find_run(connection, run_id)
            if row["state"] != run_pb2.RUN_STATE_RUNNING or row["owner"] != self._owner:
                raise RunLostError(run_id)
            yield connection


def _longest_waiting(connection: sqlite3.Connection, owner: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM runs WHERE state = ? AND owner = ? ORDER BY queue_number LIMIT 1",
        (run_pb2.RUN_STATE_QUEUED, owner),
    ).fetchone()
    return row


def _checkpoint_folder(connection: sqlite3.Connection, run_id: str, step: int | None) -> str | None:
    row = connection.execute("SELECT folder FROM checkpoints WHERE run_id = ? AND step = ?", (run_id, step)).fetchone()
    return None if row is None else row["folder"]


def _forget_checkpoints(connection: sqlite3.Connection, run_id: str, which: str, value: int) -> None:
    connection.execute(f"DELETE FROM checkpoints WHERE run_id = ?1 AND {which}", (run_id, value))


def _set_steps_done(connection: sqlite3.Connection, run_id: str, steps_done: int) -> None:
    connection.execute("UPDATE runs SET steps_done = ? WHERE id = ?", (steps_done, run_id))
