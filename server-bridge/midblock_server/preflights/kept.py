"""Preflights of earlier requests, kept with the run record, so that a run like one before starts without a trial."""

from __future__ import annotations

import time
from dataclasses import replace

from midblock_server.core.preflight_values import MemoryNow, PreflightReport
from midblock_server.gen.midblock.v1 import preflight_pb2
from midblock_server.runs.database import Database
from midblock_server.wire.preflight import preflight_report_from_wire, preflight_report_to_wire

MAX_KEPT = 256
"""The newest ones stay; each has some hundred bytes."""


class KeptPreflights:
    """Safe for many threads and for several servers over one state folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, digest: str, now: MemoryNow) -> PreflightReport | None:
        """The report of the same request, as memory is now; None where there is none, or it would not fit now."""
        with self._database.snapshot() as connection:
            row = connection.execute("SELECT report FROM preflights WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            return None
        report = _as_of(now, preflight_report_from_wire(preflight_pb2.PreflightReport.FromString(row["report"])))
        return report if report.fits else None

    def keep(self, digest: str, report: PreflightReport) -> None:
        """Keeps what fits. What does not is tried again each time: what broke off tells no peak."""
        if not report.fits:
            return
        measured = time.time()
        content = preflight_report_to_wire(replace(report, measured_unix_seconds=measured)).SerializeToString()
        with self._database.transaction(durable=False) as connection:
            connection.execute("INSERT OR REPLACE INTO preflights VALUES (?, ?, ?)", (digest, content, measured))
            connection.execute(
                "DELETE FROM preflights WHERE digest NOT IN"
                " (SELECT digest FROM preflights ORDER BY unix_seconds DESC LIMIT ?)",
                (MAX_KEPT,),
            )


def _as_of(now: MemoryNow, report: PreflightReport) -> PreflightReport:
    """The same needs on top of what is used now.

    At least the weights as measured are counted: a fresh process has not read all pages of its files yet.
    """
    weights = max(now.used_bytes, report.memory.weights)
    more = weights - report.memory.weights
    training, generation = (peak and peak + more for peak in (report.training_peak_bytes, report.generation_peak_bytes))
    available = now.available_bytes
    return replace(
        report,
        memory=replace(report.memory, weights=weights),
        training_peak_bytes=training,
        generation_peak_bytes=generation,
        available_bytes=available,
        fits=available == 0 or max(training, generation) <= available,
    )
