"""What one server instance keeps on disk, and the threads that work on it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from midblock_server.datasets.store import DatasetStore
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.model_host import ModelHost
from midblock_server.preflights.kept import KeptPreflights
from midblock_server.runs.database import Database
from midblock_server.runs.ownership import Ownership, interrupt_runs, interrupt_runs_of_the_dead
from midblock_server.runs.store import RunStore
from midblock_server.runs.training_record import TrainingRecord
from midblock_server.runs.worker import TrainingWorker

logger = logging.getLogger(__name__)


class ServerState:
    """Opens the state folder; runs that a dead server left there become interrupted, and its passing files go."""

    def __init__(self, folder: Path, host: ModelHost, on_crash: Callable[[], None]) -> None:
        runs_folder = folder / "runs"
        runs_folder.mkdir(parents=True, exist_ok=True)
        self.datasets = DatasetStore(folder / "datasets")
        self.database = Database(folder / "runs.sqlite")
        self._ownership = Ownership(folder / "servers")
        self.owner = self._ownership.owner
        self.interrupt_lost_runs()
        self.scratch = _make_scratch(folder / "scratch", self._ownership)
        self.runs = RunStore(self.database, runs_folder)
        self.preflights = KeptPreflights(self.database)
        record = TrainingRecord(self.database, runs_folder, self.owner)
        self.worker = TrainingWorker(record, self.database.changes, self.datasets, host, on_crash)

    def interrupt_lost_runs(self) -> None:
        """Interrupts the runs of servers that have died, so that none is told as running, and each can be resumed."""
        for run_id in interrupt_runs_of_the_dead(self.database, self._ownership):
            logger.warning("run %s was interrupted by the end of its server", run_id)

    def close(self, grace_seconds: float) -> None:
        """Stops training; every run that was queued or running is interrupted and can be resumed."""
        # Queued ones first: the worker must not take up another run.
        interrupt_runs(self.database, self.owner, run_pb2.RUN_STATE_QUEUED)
        if not self.worker.stop(grace_seconds):
            logger.warning("the running step did not end within %g s", grace_seconds)
        interrupt_runs(self.database, self.owner)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._ownership.release()


def _make_scratch(parent: Path, ownership: Ownership) -> Path:
    """A folder for files that pass; those of dead servers are removed, those of living ones stay."""
    own = parent / ownership.owner
    own.mkdir(parents=True)
    for folder in parent.iterdir():
        if not ownership.is_alive(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    return own
