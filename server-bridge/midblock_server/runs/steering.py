"""What clients want of a run: cancel, pause, resume, finish. A running one is marked; its trainer looks each step."""

from __future__ import annotations

import sqlite3
import time

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import Control
from midblock_server.gen.midblock.v1 import common_pb2, run_pb2
from midblock_server.runs.database import Database
from midblock_server.runs.records import (
    MOVING_STATES,
    RESUMABLE_STATES,
    STOPPED_STATES,
    append_event,
    find_run,
    known_specification,
    newest_checkpoint_step,
    record_of,
    runs_ahead,
    state_name,
)
from midblock_server.runs.store import checkpoint_not_found


def cancel_run(database: Database, run_id: str) -> run_pb2.RunRecord:
    """Ends a running run at its next step, and one that is not running at once. An ended one stays as it is."""
    with database.transaction() as connection:
        row = find_run(connection, run_id)
        if row["state"] == run_pb2.RUN_STATE_RUNNING:
            _want(connection, run_id, Control.CANCEL)
        elif row["state"] in (run_pb2.RUN_STATE_QUEUED, run_pb2.RUN_STATE_WAITING, *STOPPED_STATES):
            end_run(connection, run_id, run_pb2.RUN_STATE_CANCELLED)
        return record_of(connection, run_id)


def pause_run(database: Database, run_id: str) -> run_pb2.RunRecord:
    """Stops a queued or waiting run at once, a running one at its next step. One at rest, or about to end, stays so."""
    with database.transaction() as connection:
        row = find_run(connection, run_id)
        if row["wanted"] != Control.GO_ON.value:
            return record_of(connection, run_id)
        if row["state"] in (run_pb2.RUN_STATE_QUEUED, run_pb2.RUN_STATE_WAITING):
            stop_as_paused(connection, run_id)
        elif row["state"] == run_pb2.RUN_STATE_RUNNING:
            _want(connection, run_id, Control.PAUSE)
        return record_of(connection, run_id)


def resume_run(database: Database, run_id: str, step: int | None, owner: str) -> run_pb2.RunRecord:
    """Queues a run again, from a checkpoint or, where it has none, from the start; ``owner`` trains it from now on.

    One that goes on anyway is returned as it is. Raises "run-not-resumable", "checkpoint-not-found".
    """
    with database.transaction() as connection:
        row = find_run(connection, run_id)
        if row["state"] not in RESUMABLE_STATES:
            if row["state"] == run_pb2.RUN_STATE_COMPLETED or row["wanted"] != Control.GO_ON.value or step is not None:
                raise _not_resumable(row)
            return record_of(connection, run_id)
        queue_again(connection, run_id, _resume_step(connection, run_id, step), owner)
        return record_of(connection, run_id)


def finish_run(database: Database, run_id: str, reason: str, owner: str) -> run_pb2.RunRecord:
    """Completes a waiting run at once and a running one at its next step; one that is at rest goes to the trainer once
    more, for its checkpoint. An ended one stays as it is, and one that is about to be cancelled is."""
    with database.transaction() as connection:
        row = find_run(connection, run_id)
        if row["state"] not in (*MOVING_STATES, *STOPPED_STATES) or row["wanted"] == Control.CANCEL.value:
            return record_of(connection, run_id)
        if row["state"] in STOPPED_STATES:
            queue_again(connection, run_id, newest_checkpoint_step(connection, run_id), owner)
        connection.execute("UPDATE runs SET finish_reason = ? WHERE id = ?", (reason, run_id))
        if row["state"] == run_pb2.RUN_STATE_WAITING:
            end_run(connection, run_id, run_pb2.RUN_STATE_COMPLETED)
        else:
            _want(connection, run_id, Control.FINISH)
        return record_of(connection, run_id)


def queue_again(connection: sqlite3.Connection, run_id: str, resume_step: int | None, owner: str) -> None:
    """Puts a run that stands still at the end of a server's queue, inside the caller's transaction."""
    ahead = runs_ahead(connection, owner)
    connection.execute(
        "UPDATE runs SET state = ?, owner = ?, resume_step = ?, wanted = ?, error = NULL, finish_reason = '',"
        " ended_unix_seconds = NULL, queue_number = (SELECT max(queue_number) + 1 FROM runs) WHERE id = ?",
        (run_pb2.RUN_STATE_QUEUED, owner, resume_step, Control.GO_ON.value, run_id),
    )
    append_event(connection, run_id, run_pb2.RunEvent(run_queued=run_pb2.RunQueued(runs_ahead=ahead)))


def wait_for_extension(connection: sqlite3.Connection, run_id: str) -> None:
    """Writes down that a run made all steps it knows, inside the caller's transaction; heeds what came meanwhile."""
    row = find_run(connection, run_id)
    match Control(row["wanted"]):
        case Control.CANCEL:
            end_run(connection, run_id, run_pb2.RUN_STATE_CANCELLED)
        case Control.PAUSE:
            stop_as_paused(connection, run_id)
        case Control.FINISH:
            end_run(connection, run_id, run_pb2.RUN_STATE_COMPLETED)
        case Control.GO_ON if len(known_specification(row).batch_plan.steps) > row["steps_done"]:
            queue_again(connection, run_id, row["steps_done"], row["owner"])
        case Control.GO_ON:
            waiting = run_pb2.RunWaiting(step=row["steps_done"])
            append_event(connection, run_id, run_pb2.RunEvent(run_waiting=waiting))
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (run_pb2.RUN_STATE_WAITING, run_id))


def end_run(
    connection: sqlite3.Connection,
    run_id: str,
    state: run_pb2.RunState,
    error: common_pb2.ErrorDetail | None = None,
    why: str = "",
) -> None:
    """Writes down that a run ended, inside the caller's transaction. ``why`` it completed early is what the trainer
    says, else what the client who wanted it said."""
    row = find_run(connection, run_id)
    early = state == run_pb2.RUN_STATE_COMPLETED and row["steps_done"] < row["steps_total"]
    reason = (why or row["finish_reason"]) if early else ""
    ended = run_pb2.RunEnded(state=state, steps_done=row["steps_done"], error=error, reason=reason)
    append_event(connection, run_id, run_pb2.RunEvent(run_ended=ended))
    connection.execute(
        "UPDATE runs SET state = ?, ended_unix_seconds = ?, error = ? WHERE id = ?",
        (state, time.time(), error.SerializeToString() if error else None, run_id),
    )


def stop_as_paused(connection: sqlite3.Connection, run_id: str) -> None:
    step = newest_checkpoint_step(connection, run_id) or 0
    append_event(connection, run_id, run_pb2.RunEvent(run_paused=run_pb2.RunPaused(step=step)))
    connection.execute("UPDATE runs SET state = ? WHERE id = ?", (run_pb2.RUN_STATE_PAUSED, run_id))


def stop_as_interrupted(connection: sqlite3.Connection, run_id: str) -> None:
    step = newest_checkpoint_step(connection, run_id)
    append_event(connection, run_id, run_pb2.RunEvent(run_interrupted=run_pb2.RunInterrupted(checkpoint_step=step)))
    connection.execute("UPDATE runs SET state = ? WHERE id = ?", (run_pb2.RUN_STATE_INTERRUPTED, run_id))


def _want(connection: sqlite3.Connection, run_id: str, control: Control) -> None:
    connection.execute("UPDATE runs SET wanted = ? WHERE id = ?", (control.value, run_id))


def _resume_step(connection: sqlite3.Connection, run_id: str, step: int | None) -> int | None:
    if step is None:
        return newest_checkpoint_step(connection, run_id)
    rows = connection.execute("SELECT step FROM checkpoints WHERE run_id = ? ORDER BY step", (run_id,)).fetchall()
    steps = [row["step"] for row in rows]
    if step not in steps:
        raise checkpoint_not_found(run_id, step, steps)
    return step


def _not_resumable(row: sqlite3.Row) -> MidblockServerError:
    name = state_name(row["state"])
    about = "" if row["wanted"] == Control.GO_ON.value else f", about to {row['wanted']}"
    return MidblockServerError(
        "run-not-resumable",
        f"Run {row['id']} can't be resumed now.",
        found=f"{name}{about if name == 'running' else ''}",
        wanted="paused, interrupted, cancelled or failed",
        next_step="" if name == "completed" else "Wait until it has stopped, then resume it.",
        facts={"run_id": row["id"], "state": name},
    )
