"""Between rows of the run record and messages of the contract."""

from __future__ import annotations

import hashlib
import sqlite3
import time

from midblock_server.core.errors import MidblockServerError
from midblock_server.gen.midblock.v1 import common_pb2, run_pb2

ACTIVE_STATES = (run_pb2.RUN_STATE_QUEUED, run_pb2.RUN_STATE_RUNNING)
# A run that waits for an extension may go on at any time, so that its watchers stay.
MOVING_STATES = (*ACTIVE_STATES, run_pb2.RUN_STATE_WAITING)
STOPPED_STATES = (run_pb2.RUN_STATE_PAUSED, run_pb2.RUN_STATE_INTERRUPTED)
RESUMABLE_STATES = (*STOPPED_STATES, run_pb2.RUN_STATE_CANCELLED, run_pb2.RUN_STATE_FAILED)


def state_name(state: int) -> str:
    """ "running" of RUN_STATE_RUNNING."""
    return run_pb2.RunState.Name(run_pb2.RunState.ValueType(state)).removeprefix("RUN_STATE_").lower()


def specification_digest(specification: run_pb2.RunSpecification) -> str:
    return hashlib.sha256(specification.SerializeToString(deterministic=True)).hexdigest()


def without_batch_plan(specification: run_pb2.RunSpecification) -> run_pb2.RunSpecification:
    copy = run_pb2.RunSpecification()
    copy.CopyFrom(specification)
    copy.ClearField("batch_plan")
    return copy


def find_run(connection: sqlite3.Connection, run_id: str) -> sqlite3.Row:
    """Raises "run-not-found"."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise MidblockServerError(
            "run-not-found",
            f"There is no run {run_id!r} in this server's record.",
            next_step="List the runs; a server finds only those of its own state folder.",
            facts={"run_id": run_id},
        )
    return row


def known_specification(row: sqlite3.Row) -> run_pb2.RunSpecification:
    """All that is known of a run by now, with its batch plan."""
    specification = run_pb2.RunSpecification.FromString(row["specification"])
    specification.batch_plan.ParseFromString(row["batch_plan"])
    return specification


def newest_checkpoint_step(connection: sqlite3.Connection, run_id: str) -> int | None:
    step: int | None = connection.execute("SELECT max(step) FROM checkpoints WHERE run_id = ?", (run_id,)).fetchone()[0]
    return step


def append_event(connection: sqlite3.Connection, run_id: str, event: run_pb2.RunEvent) -> None:
    """Numbers, dates and records an event, inside the caller's transaction."""
    last: int = find_run(connection, run_id)["last_sequence"]
    event.sequence = last + 1
    event.unix_seconds = time.time()
    connection.execute(
        "INSERT INTO events (run_id, sequence, event) VALUES (?, ?, ?)",
        (run_id, event.sequence, event.SerializeToString()),
    )
    connection.execute("UPDATE runs SET last_sequence = ? WHERE id = ?", (event.sequence, run_id))


def record_of(connection: sqlite3.Connection, run_id: str) -> run_pb2.RunRecord:
    row = find_run(connection, run_id)
    record = run_pb2.RunRecord(
        run_id=row["id"],
        key=row["key"],
        state=row["state"],
        specification=run_pb2.RunSpecification.FromString(row["specification"]),
        steps_done=row["steps_done"],
        steps_total=row["steps_total"],
        last_sequence=row["last_sequence"],
        checkpoints=_checkpoints(connection, run_id),
        created_unix_seconds=row["created_unix_seconds"],
        ended_unix_seconds=row["ended_unix_seconds"],
    )
    if row["error"] is not None:
        record.error.CopyFrom(common_pb2.ErrorDetail.FromString(row["error"]))
    return record


def _checkpoints(connection: sqlite3.Connection, run_id: str) -> list[run_pb2.Checkpoint]:
    rows = connection.execute(
        "SELECT step, bytes, unix_seconds, weights_hash FROM checkpoints WHERE run_id = ? ORDER BY step", (run_id,)
    )
    return [run_pb2.Checkpoint(**row) for row in rows]


def runs_ahead(connection: sqlite3.Connection, owner: str) -> int:
    """How many runs of a server would go before one that is queued now."""
    count: int = connection.execute(
        "SELECT count(*) FROM runs WHERE owner = ? AND state IN (?, ?)", (owner, *ACTIVE_STATES)
    ).fetchone()[0]
    return count
