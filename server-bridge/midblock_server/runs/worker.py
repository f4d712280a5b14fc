"""The thread that trains: one run at a time, first come, first served."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from midblock_server.core.types import (
    CheckpointWritten,
    Control,
    StepDone,
    StopReason,
    TrainerEvent,
    TrainingStarted,
    TrainingStopped,
    TrainingWarning,
)
from midblock_server.datasets.store import DatasetStore
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.model_host import ModelHost
from midblock_server.runs.admission import read_specification
from midblock_server.runs.changes import Changes
from midblock_server.runs.training_record import ClaimedRun, RunLostError, TrainingRecord
from midblock_server.status import describe

logger = logging.getLogger(__name__)


class TrainingWorker:
    """Trains queued runs until it is stopped. ``on_crash`` hears of an error that leaves the record unwritten."""

    def __init__(
        self,
        record: TrainingRecord,
        changes: Changes,
        datasets: DatasetStore,
        host: ModelHost,
        on_crash: Callable[[], None],
    ) -> None:
        self._record = record
        self._changes = changes
        self._datasets = datasets
        self._host = host
        self._on_crash = on_crash
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace_seconds: float) -> bool:
        """Lets the running step end and its checkpoint be written; False where that took longer than the grace."""
        self._stopping.set()
        self._changes.announce()
        self._thread.join(grace_seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            while not self._stopping.is_set():
                seen = self._changes.number
                run = self._record.claim_next()
                if run is None:
                    self._changes.wait_beyond(seen)
                else:
                    self._train(run)
        except RunLostError as lost:
            logger.warning("run %s was interrupted before its step ended", lost)
        except Exception:
            logger.exception("the trainer stopped: the run record can't be written")
            self._on_crash()

    def _train(self, run: ClaimedRun) -> None:
        logger.info("run %s starts", run.run_id)
        try:
            for event in self._events(run):
                self._write_down(run, event)
        except RunLostError:
            raise
        except Exception as error:
            detail = describe(error, f"run {run.run_id}")
            logger.error("run %s failed: %s", run.run_id, detail.message)
            named = replace(detail, facts={**detail.facts, "run_id": run.run_id})
            self._record.ended(run.run_id, run_pb2.RUN_STATE_FAILED, named)

    def _events(self, run: ClaimedRun) -> Iterator[TrainerEvent]:
        specification = read_specification(run.specification)
        data = self._datasets.open(specification.dataset_hashes)
        model = self._host.wait()
        return model.train(specification, data, run.folder, lambda: self._ask(run.run_id), run.resume_from)

    def _ask(self, run_id: str) -> Control:
        wanted = self._record.wanted(run_id)
        return Control.PAUSE if self._stopping.is_set() and wanted is Control.GO_ON else wanted

    def _write_down(self, run: ClaimedRun, event: TrainerEvent) -> None:
        match event:
            case TrainingStarted():
                self._record.training_started(run.run_id, event)
            case StepDone():
                self._record.step_done(run.run_id, event)
            case CheckpointWritten():
                self._record.checkpoint_written(run.run_id, event, run.specification.keep_checkpoints)
            case TrainingWarning():
                self._record.warning(run.run_id, event)
            case TrainingStopped():
                self._write_down_stop(run.run_id, event)

    def _write_down_stop(self, run_id: str, stopped: TrainingStopped) -> None:
        logger.info("run %s stopped: %s", run_id, stopped.reason.value)
        match stopped.reason:
            case StopReason.COMPLETED:
                self._record.ended(run_id, run_pb2.RUN_STATE_COMPLETED, why=stopped.why)
            case StopReason.WAITING:
                self._record.waiting(run_id)
            case StopReason.CANCELLED:
                self._record.ended(run_id, run_pb2.RUN_STATE_CANCELLED)
            case StopReason.PAUSED if self._record.wanted(run_id) is Control.PAUSE:
                self._record.paused(run_id)
            case StopReason.PAUSED:
                self._record.interrupted(run_id)
