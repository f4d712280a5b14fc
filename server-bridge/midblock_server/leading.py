"""The engine of the process that serves clients where several hold the model: it takes the others along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.preflight_values import PreflightReport, PreflightRequest
from midblock_server.core.specification import RunSpecification
from midblock_server.core.types import (
    Completion,
    Control,
    Datum,
    GenerateRequest,
    LoadSettings,
    ScoreRequest,
    SequenceScore,
    TrainerEvent,
)
from midblock_server.core_engine import CoreEngine, CoreModel
from midblock_server.engine import ReportProgress
from midblock_server.limits import SHUTDOWN_GRACE_SECONDS
from midblock_server.process_group import Command, Generate, Preflight, Score, Train
from midblock_server.stop_signal import StopRequest, StopSignal

if TYPE_CHECKING:
    from midblock_server.core.lockstep import Leader

Item = TypeVar("Item")

CLOSE_SECONDS = 5.0
"""How long the other processes' last turn may take. After that this one ends without a word, and torchrun ends them."""


class LeadingEngine:
    """Implements ``engine.Engine``. It stops the server where the processes can't go on together."""

    def __init__(self, engine: CoreEngine, stop: StopSignal) -> None:
        self._engine = engine
        self._stop = stop
        self._leader: Leader | None = None

    def load(self, settings: LoadSettings, report: ReportProgress) -> LeadingModel:
        report("waiting for all processes", None)
        from midblock_server.core.lockstep import Leader
        from midblock_server.core.ranks import join_ranks

        self._leader = Leader(join_ranks(), self._stop_server)
        return LeadingModel(self._engine.load(settings, report), self._leader)

    def merge(self, base: LoadSettings, trained: Path, out: Path, report: ReportProgress) -> Sequence[Path]:
        raise _no_merge()

    def artifact_files(self, checkpoint: Path) -> Sequence[Path]:
        return self._engine.artifact_files(checkpoint)

    def close(self) -> None:
        """Lets the other processes end."""
        if self._leader is not None:
            closer = threading.Thread(target=self._leader.close, name="group-close", daemon=True)
            closer.start()
            closer.join(CLOSE_SECONDS)

    def _stop_server(self) -> None:
        reason = "one of its processes has ended, or can't go on with the others"
        self._stop.request(StopRequest(reason, SHUTDOWN_GRACE_SECONDS, exit_code=1))


class LeadingModel:
    """Implements ``engine.Model``: each operation is told to the others, which carry it out in step."""

    def __init__(self, model: CoreModel, leader: Leader) -> None:
        self._model = model
        self._leader = leader
        self.card = model.card
        self.device = model.device
        self.max_sequence_tokens = model.max_sequence_tokens

    def check(
        self, specification: RunSpecification, data: Sequence[Datum], known_steps: int = 0, known_rows: int = 0
    ) -> None:
        self._model.check(specification, data, known_steps, known_rows)

    def train(
        self,
        specification: RunSpecification,
        data: Sequence[Datum],
        folder: Path,
        ask: Callable[[], Control],
        resume_from: Path | None,
    ) -> Iterator[TrainerEvent]:
        return self._led(
            Train(specification, folder, resume_from),
            _never,
            lambda model: model.train(specification, data, folder, ask, resume_from),
        )

    def generate(
        self, weights: Path | None, request: GenerateRequest, cancelled: Callable[[], bool]
    ) -> Iterator[Completion]:
        return self._led(Generate(weights, request), cancelled, lambda model: model.generate(weights, request, _never))

    def score(
        self, weights: Path | None, request: ScoreRequest, cancelled: Callable[[], bool]
    ) -> Iterator[SequenceScore]:
        return self._led(Score(weights, request), cancelled, lambda model: model.score(weights, request, _never))

    def merge(self, weights: Path, folder: Path) -> Sequence[Path]:
        raise _no_merge()

    def preflight(self, request: PreflightRequest, cancelled: Callable[[], bool]) -> PreflightReport:
        def perform(model: CoreModel) -> Iterator[PreflightReport]:
            yield model.preflight(request, _never)

        (report,) = self._led(Preflight(request), cancelled, perform)
        return report

    def memory_now(self) -> None:
        """The other processes' is not known."""

    def _led(
        self, command: Command, cancelled: Callable[[], bool], perform: Callable[[CoreModel], Iterator[Item]]
    ) -> Iterator[Item]:
        """Cancelling counts between turns alone: in the middle of one, the others would not hear of it."""
        turns = self._leader.operation(command, cancelled)
        try:
            yield from perform(self._model.by_turns_of(turns))
        finally:
            turns.end()


def _never() -> bool:
    return False


def _no_merge() -> MidblockServerError:
    return MidblockServerError(
        "invalid-options",
        "A server of several processes does not merge trained weights into their base.",
        found="a model whose blocks are spread over processes",
        wanted="one process",
        next_step="Fetch the adapter or the changed tensors, and run `python -m midblock_server merge` with them.",
    )
