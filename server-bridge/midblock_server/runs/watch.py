"""Replays a run's events and follows it until it is at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from midblock_server.core.errors import MidblockServerError
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.store import RunStore

EVENTS_A_READ = 500


def watch_run(
    store: RunStore, run_id: str, from_sequence: int, heartbeat_seconds: float, is_watched: Callable[[], bool]
) -> Iterator[run_pb2.RunEvent | None]:
    """Yields events in order, and None after each ``heartbeat_seconds`` without one.

    Ends once all is told of a run at rest. A run of another server over the same state folder is looked at with each
    heartbeat, since its changes are not announced here. Raises "run-not-found", "invalid-options".
    """
    next_sequence = max(1, from_sequence)
    _require_reachable(store, run_id, next_sequence)
    while is_watched():
        seen = store.database.changes.number
        events, at_rest = store.events(run_id, next_sequence, EVENTS_A_READ)
        yield from events
        if events:
            next_sequence = events[-1].sequence + 1
        elif at_rest:
            return
        elif not store.database.changes.wait_beyond(seen, heartbeat_seconds):
            yield None


def _require_reachable(store: RunStore, run_id: str, next_sequence: int) -> None:
    last = store.get(run_id).last_sequence
    if next_sequence > last + 1:
        raise MidblockServerError(
            "invalid-options",
            f"Run {run_id} has no events up to the one asked for.",
            found=f"from_sequence {next_sequence}",
            wanted=f"at most {last + 1}, the next event to come",
            next_step="Watch from the record's last_sequence + 1, or from 1.",
            facts={"run_id": run_id},
        )
