"""The SQLite file behind the run record and the kept preflights: schema, version, transactions."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from midblock_server.core.errors import MidblockServerError
from midblock_server.runs.changes import Changes

# States are numbers of midblock.v1.RunState; blobs are messages of midblock.v1 (events: RunEvent; reports:
# PreflightReport).
# A run is owned by the server instance that queued it; queue_number gives first come, first served.
_FIRST_SCHEMA = """
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  digest TEXT NOT NULL,
  specification BLOB NOT NULL,
  batch_plan BLOB NOT NULL,
  state INTEGER NOT NULL,
  steps_done INTEGER NOT NULL DEFAULT 0,
  steps_total INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL DEFAULT 0,
  created_unix_seconds REAL NOT NULL,
  ended_unix_seconds REAL,
  error BLOB,
  owner TEXT NOT NULL,
  queue_number INTEGER NOT NULL,
  resume_step INTEGER,
  wanted TEXT NOT NULL DEFAULT 'go-on'
);
CREATE INDEX runs_by_state ON runs (state, queue_number);
CREATE TABLE events (
  run_id TEXT NOT NULL REFERENCES runs (id),
  sequence INTEGER NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (run_id, sequence)
) WITHOUT ROWID;
CREATE TABLE checkpoints (
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL,
  folder TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  unix_seconds REAL NOT NULL,
  PRIMARY KEY (run_id, step)
) WITHOUT ROWID;
"""

# An open run's specification and batch_plan hold all it knows; of its extensions it is kept what they were.
_OPEN_RUNS = """
ALTER TABLE runs ADD COLUMN finish_reason TEXT NOT NULL DEFAULT '';
CREATE TABLE extensions (
  run_id TEXT NOT NULL REFERENCES runs (id),
  number INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
"""

_WEIGHTS_HASHES = "ALTER TABLE checkpoints ADD COLUMN weights_hash TEXT NOT NULL DEFAULT ''"

_PREFLIGHTS = """
CREATE TABLE preflights (
  digest TEXT PRIMARY KEY,
  report BLOB NOT NULL,
  unix_seconds REAL NOT NULL
) WITHOUT ROWID
"""

# Entry n makes version n + 1 of the schema out of version n.
_SCHEMAS = (_FIRST_SCHEMA, _OPEN_RUNS, _WEIGHTS_HASHES, _PREFLIGHTS)
SCHEMA_VERSION = len(_SCHEMAS)


LOCK_SECONDS = 30.0
"""How long to wait for another server that has the file locked."""


class Database:
    """One connection, used by one thread at a time; other servers may have the same file open."""

    def __init__(self, file: Path) -> None:
        self.changes = Changes()
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=LOCK_SECONDS)
        self._connection.row_factory = sqlite3.Row
        _switch_to_write_ahead_log(self._connection)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._prepare_schema(file)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """All or nothing. ``durable``: on disk when it returns; otherwise it survives the death of the process, but a
        power cut may take it, and the next durable transaction makes it durable too."""
        with self._lock:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        self.changes.announce()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Reads that all see the same state."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _prepare_schema(self, file: Path) -> None:
        with self.transaction() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            for schema in _SCHEMAS[version:]:
                for statement in filter(str.strip, schema.split(";")):
                    connection.execute(statement)
            if version < SCHEMA_VERSION:
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version > SCHEMA_VERSION:
                raise MidblockServerError(
                    "sidecar-start-failed",
                    f"The run record {file} was written by another version of midblock-server.",
                    found=f"schema version {version}",
                    wanted=f"schema version {SCHEMA_VERSION}",
                    next_step="Use the newer midblock-server, or another state folder.",
                )


def _switch_to_write_ahead_log(connection: sqlite3.Connection) -> None:
    """SQLite gives up at once, whatever its timeout, where another server makes the same switch just then."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
