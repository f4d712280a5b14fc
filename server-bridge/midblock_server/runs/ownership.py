"""Tells living server instances from dead ones: each holds a lock on a file of its own for as long as it lives."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.database import Database
from midblock_server.runs.records import ACTIVE_STATES
from midblock_server.runs.steering import stop_as_interrupted


class Ownership:
    """This instance's lock. The system lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.owner = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._file = folder / f"{self.owner}.lock"
        # Locked before it has its name, so that no other server ever sees it unlocked.
        aside = folder / f"{self.owner}.new"
        self._descriptor: int | None = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        os.rename(aside, self._file)

    def release(self) -> None:
        """Once released it stays so: the number of a closed descriptor may by then be another file's."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._file.unlink(missing_ok=True)
            os.close(descriptor)

    def is_alive(self, owner: str) -> bool:
        """Whether another instance still runs; its file is deleted where it does not."""
        if owner == self.owner:
            return True
        file = self._file.with_name(f"{owner}.lock")
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two that look at the same time don't take each other for the owner.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            file.unlink(missing_ok=True)
            return False
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)


def interrupt_runs_of_the_dead(database: Database, ownership: Ownership) -> list[str]:
    """Marks runs as interrupted whose server is gone; returns their ids."""
    with database.snapshot() as connection:
        rows = connection.execute("SELECT DISTINCT owner FROM runs WHERE state IN (?, ?)", ACTIVE_STATES).fetchall()
    dead = [row["owner"] for row in rows if not ownership.is_alive(row["owner"])]
    return [run_id for owner in dead for run_id in interrupt_runs(database, owner)]


def interrupt_runs(database: Database, owner: str, *states: run_pb2.RunState) -> list[str]:
    """Marks a server's runs in these states as interrupted (none given: queued and running); returns their ids."""
    wanted = states or ACTIVE_STATES
    marks = ", ".join("?" for _ in wanted)
    with database.transaction() as connection:
        rows = connection.execute(
            f"SELECT id FROM runs WHERE owner = ? AND state IN ({marks}) ORDER BY queue_number", (owner, *wanted)
        ).fetchall()
        for row in rows:
            stop_as_interrupted(connection, row["id"])
    return [row["id"] for row in rows]
