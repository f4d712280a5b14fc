"""What is appended to an open run: in order, each once, refused where it does not follow what the run has."""

from __future__ import annotations

import hashlib
import sqlite3

from midblock_server.core.errors import MidblockServerError
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.database import Database
from midblock_server.runs.records import find_run, known_specification, record_of, without_batch_plan
from midblock_server.runs.steering import queue_again


def extended(known: run_pb2.RunSpecification, extension: run_pb2.ExtendRunRequest) -> run_pb2.RunSpecification:
    """What is known of a run once the extension is appended."""
    whole = run_pb2.RunSpecification()
    whole.CopyFrom(known)
    whole.dataset_hashes.extend(extension.dataset_hashes)
    whole.batch_plan.steps.extend(extension.batch_plan.steps)
    whole.client_notes = extension.client_notes or known.client_notes
    return whole


def find_extension(
    database: Database, extension: run_pb2.ExtendRunRequest
) -> tuple[run_pb2.RunSpecification, run_pb2.RunRecord | None]:
    """What the run knows, and its record where it has the extension. Raises as ``extend_run`` does."""
    with database.snapshot() as connection:
        row = find_run(connection, extension.run_id)
        has_it = _has(connection, row, extension)
        return known_specification(row), record_of(connection, extension.run_id) if has_it else None


def extend_run(database: Database, extension: run_pb2.ExtendRunRequest, owner: str) -> run_pb2.RunRecord:
    """Appends an extension that was admitted; a waiting run goes on, and ``owner`` trains it.

    A completed run, which may have been finished early, takes no more but the notes. Raises "run-not-found";
    "run-key-conflict" where the number leaves a gap or the run has another extension with it; "invalid-options" where
    the run was not started open.
    """
    run_id = extension.run_id
    with database.transaction() as connection:
        row = find_run(connection, run_id)
        if _has(connection, row, extension):
            return record_of(connection, run_id)
        taken = extension
        if row["state"] == run_pb2.RUN_STATE_COMPLETED:
            taken = run_pb2.ExtendRunRequest(client_notes=extension.client_notes)
        else:
            connection.execute(
                "INSERT INTO extensions (run_id, number, digest) VALUES (?, ?, ?)",
                (run_id, extension.number, _digest(extension)),
            )
        whole = extended(known_specification(row), taken)
        connection.execute(
            "UPDATE runs SET specification = ?, batch_plan = ? WHERE id = ?",
            (without_batch_plan(whole).SerializeToString(), whole.batch_plan.SerializeToString(), run_id),
        )
        if row["state"] == run_pb2.RUN_STATE_WAITING and len(whole.batch_plan.steps) > row["steps_done"]:
            queue_again(connection, run_id, row["steps_done"], owner)
        return record_of(connection, run_id)


def _has(connection: sqlite3.Connection, row: sqlite3.Row, extension: run_pb2.ExtendRunRequest) -> bool:
    """Whether the run has the extension already."""
    digests: dict[int, str] = dict(
        connection.execute("SELECT number, digest FROM extensions WHERE run_id = ?", (extension.run_id,)).fetchall()
    )
    if extension.number in digests:
        if digests[extension.number] != _digest(extension):
            raise _conflict(extension, f"another extension {extension.number}", "the same data sets and steps")
        return True
    if not run_pb2.RunSpecification.FromString(row["specification"]).open:
        raise _not_open(extension.run_id)
    # Of those that came after a run was completed none is recorded.
    if extension.number != len(digests) + 1 and row["state"] != run_pb2.RUN_STATE_COMPLETED:
        raise _conflict(extension, f"{len(digests)} extensions", f"extension {len(digests) + 1} to follow")
    return False


def _digest(extension: run_pb2.ExtendRunRequest) -> str:
    """Over what is trained; notes may be told in other words."""
    told = run_pb2.ExtendRunRequest(dataset_hashes=extension.dataset_hashes, batch_plan=extension.batch_plan)
    return hashlib.sha256(told.SerializeToString(deterministic=True)).hexdigest()


def _conflict(extension: run_pb2.ExtendRunRequest, found: str, wanted: str) -> MidblockServerError:
    return MidblockServerError(
        "run-key-conflict",
        f"Extension {extension.number} does not follow what run {extension.run_id} has.",
        found=found,
        wanted=wanted,
        next_step="Where the data has changed since the run began, start a new run with another key.",
        facts={"run_id": extension.run_id, "number": str(extension.number)},
    )


def _not_open(run_id: str) -> MidblockServerError:
    return MidblockServerError(
        "invalid-options",
        f"Run {run_id} can't be extended.",
        found="a run whose steps were all known when it was started",
        wanted="one that was started open",
        next_step="Start a run with open set and steps_total above the steps of its batch plan.",
        facts={"run_id": run_id},
    )
