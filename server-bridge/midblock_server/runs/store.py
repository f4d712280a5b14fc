"""The run record as clients read it: start, get, list, events, checkpoints."""

from __future__ import annotations

import secrets
import sqlite3
import time
from pathlib import Path

from midblock_server.core.errors import CheckpointError, MidblockServerError
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.database import Database
from midblock_server.runs.records import (
    MOVING_STATES,
    append_event,
    find_run,
    newest_checkpoint_step,
    record_of,
    runs_ahead,
    specification_digest,
    without_batch_plan,
)

# Records carry up to 1 MiB of notes each, and a message holds 64 MiB.
MAX_LIST_BYTES = 16 * 1024 * 1024


class RunStore:
    """Safe for many threads and for several servers over one state folder."""

    def __init__(self, database: Database, runs_folder: Path) -> None:
        self.database = database
        self.runs_folder = runs_folder

    def find_started(self, key: str, specification: run_pb2.RunSpecification) -> run_pb2.RunRecord | None:
        """The run started before with this key. Raises "run-key-conflict" where it does something else."""
        with self.database.snapshot() as connection:
            return _started(connection, key, specification_digest(specification))

    def start(self, key: str, specification: run_pb2.RunSpecification, owner: str) -> run_pb2.RunRecord:
        """Queues a new run, or returns the one that another call started meanwhile with the same key."""
        run_id = f"run-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
        digest = specification_digest(specification)
        with self.database.transaction() as connection:
            started = _started(connection, key, digest)
            if started is not None:
                return started
            ahead = runs_ahead(connection, owner)
            connection.execute(
                "INSERT INTO runs (id, key, digest, specification, batch_plan, state, steps_total,"
                " created_unix_seconds, owner, queue_number)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(queue_number), 0) + 1 FROM runs))",
                (
                    run_id,
                    key,
                    digest,
                    without_batch_plan(specification).SerializeToString(),
                    specification.batch_plan.SerializeToString(),
                    run_pb2.RUN_STATE_QUEUED,
                    specification.steps_total,
                    time.time(),
                    owner,
                ),
            )
            append_event(connection, run_id, run_pb2.RunEvent(run_queued=run_pb2.RunQueued(runs_ahead=ahead)))
            return record_of(connection, run_id)

    def get(self, run_id: str) -> run_pb2.RunRecord:
        with self.database.snapshot() as connection:
            return record_of(connection, run_id)

    def list_newest(self, limit: int, before_run_id: str) -> tuple[list[run_pb2.RunRecord], bool]:
        """Runs, newest first, and whether older ones exist; fewer than ``limit`` where they would not fit a message."""
        records: list[run_pb2.RunRecord] = []
        total_bytes = 0
        with self.database.snapshot() as connection:
            before = find_run(connection, before_run_id)["number"] if before_run_id else None
            rows = connection.execute(
                "SELECT id FROM runs WHERE ?1 IS NULL OR number < ?1 ORDER BY number DESC LIMIT ?2",
                (before, limit + 1),
            ).fetchall()
            for row in rows[:limit]:
                record = record_of(connection, row["id"])
                total_bytes += record.ByteSize()
                if records and total_bytes > MAX_LIST_BYTES:
                    break
                records.append(record)
        return records, len(rows) > len(records)

    def events(self, run_id: str, from_sequence: int, limit: int) -> tuple[list[run_pb2.RunEvent], bool]:
        """Recorded events from a number on, and whether the run is at rest: no more come unless it is resumed."""
        with self.database.snapshot() as connection:
            state = find_run(connection, run_id)["state"]
            rows = connection.execute(
                "SELECT event FROM events WHERE run_id = ? AND sequence >= ? ORDER BY sequence LIMIT ?",
                (run_id, from_sequence, limit),
            ).fetchall()
        return [run_pb2.RunEvent.FromString(row["event"]) for row in rows], state not in MOVING_STATES

    def checkpoint_folder(self, run_id: str, step: int | None) -> Path:
        """The folder of a checkpoint, ``step`` None: of the newest. Raises "run-not-found", "checkpoint-not-found"."""
        with self.database.snapshot() as connection:
            find_run(connection, run_id)
            rows = connection.execute(
                "SELECT step, folder FROM checkpoints WHERE run_id = ? ORDER BY step", (run_id,)
            ).fetchall()
        folders: dict[int, str] = {row["step"]: row["folder"] for row in rows}
        if not folders or (step is not None and step not in folders):
            raise checkpoint_not_found(run_id, step, sorted(folders))
        return self.runs_folder / folders[max(folders) if step is None else step]

    def remove_checkpoint(self, run_id: str, step: int) -> run_pb2.RunRecord:
        """Forgets a checkpoint and removes its files. One that is not there is no error.

        Raises "invalid-options" for the newest one and for the one that a queued run goes on from.
        """
        with self.database.transaction() as connection:
            row = find_run(connection, run_id)
            queued = row["state"] == run_pb2.RUN_STATE_QUEUED
            if step == newest_checkpoint_step(connection, run_id) or (queued and step == row["resume_step"]):
                raise _checkpoint_needed(run_id, step)
            which = "FROM checkpoints WHERE run_id = ? AND step = ?"
            known = connection.execute(f"SELECT folder {which}", (run_id, step)).fetchone()
            connection.execute(f"DELETE {which}", (run_id, step))
            record = record_of(connection, run_id)
        if known is not None:
            # Not at the top, since it imports torch, and the server listens long before.
            from midblock_server.core.checkpoint import remove_checkpoint

            remove_checkpoint(self.runs_folder / known["folder"])
        return record

    def weights_hash(self, run_id: str) -> str:
        """Hash of the base model the run was made for."""
        with self.database.snapshot() as connection:
            specification = find_run(connection, run_id)["specification"]
        return run_pb2.RunSpecification.FromString(specification).weights_hash


def checkpoint_not_found(run_id: str, step: int | None, steps: list[int]) -> CheckpointError:
    return CheckpointError(
        "checkpoint-not-found",
        f"Run {run_id} has no checkpoint{'' if step is None else f' at step {step}'}.",
        found=f"checkpoints at steps {', '.join(map(str, steps))}" if steps else "no checkpoints",
        wanted="a checkpoint" if step is None else f"one at step {step}",
        facts={"run_id": run_id},
    )


def _checkpoint_needed(run_id: str, step: int) -> MidblockServerError:
    return MidblockServerError(
        "invalid-options",
        f"The checkpoint of run {run_id} at step {step} is the one that the run goes on from.",
        found=f"step {step}",
        wanted="an earlier checkpoint",
        facts={"run_id": run_id},
    )


def _started(connection: sqlite3.Connection, key: str, digest: str) -> run_pb2.RunRecord | None:
    row = connection.execute("SELECT id, digest FROM runs WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["digest"] != digest:
        raise MidblockServerError(
            "run-key-conflict",
            f"The key {key!r} belongs to run {row['id']}, which has another specification.",
            found=f"specification digest {digest}",
            wanted=row["digest"],
            next_step="Use a new key, or the same specification.",
            facts={"run_id": row["id"]},
        )
    return record_of(connection, row["id"])
