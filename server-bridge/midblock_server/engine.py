"""The seam between the server and what computes. Its one implementation over torch is ``core_engine``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from midblock_server.core.preflight_values import MemoryNow, PreflightReport, PreflightRequest
from midblock_server.core.specification import RunSpecification
from midblock_server.core.types import (
    Completion,
    Control,
    Datum,
    DeviceFacts,
    GenerateRequest,
    LoadSettings,
    ModelCard,
    ScoreRequest,
    SequenceScore,
    TrainerEvent,
)

ReportProgress = Callable[[str, float | None], None]
"""Called with a stage in a few words and the share done, None where unknown."""


class Model(Protocol):
    """A loaded model. Its methods may be called from several threads; they take turns on the device."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def device(self) -> DeviceFacts: ...

    @property
    def max_sequence_tokens(self) -> int:
        """Most tokens in one sequence, prompt and continuation together."""

    def check(
        self, specification: RunSpecification, data: Sequence[Datum], known_steps: int = 0, known_rows: int = 0
    ) -> None:
        """Raises one error that lists all faults of a run that does not fit the model or its data; the first steps and
        rows that are known are not looked at again."""

    def train(
        self,
        specification: RunSpecification,
        data: Sequence[Datum],
        folder: Path,
        ask: Callable[[], Control],
        resume_from: Path | None,
    ) -> Iterator[TrainerEvent]: ...

    def generate(
        self, weights: Path | None, request: GenerateRequest, cancelled: Callable[[], bool]
    ) -> Iterator[Completion]: ...

    def score(
        self, weights: Path | None, request: ScoreRequest, cancelled: Callable[[], bool]
    ) -> Iterator[SequenceScore]: ...

    def merge(self, weights: Path, folder: Path) -> Sequence[Path]:
        """Writes the whole model with a checkpoint's weights in it into an empty folder; returns the files."""

    def preflight(self, request: PreflightRequest, cancelled: Callable[[], bool]) -> PreflightReport:
        """Measures what a run would need, and leaves the model as it was."""

    def memory_now(self) -> MemoryNow | None:
        """Memory once what is freed was given back; None where that of other processes counts as well."""


class Engine(Protocol):
    """Loads models and knows the files of a checkpoint. Raises ``MidblockServerError`` for what a client can mend."""

    def load(self, settings: LoadSettings, report: ReportProgress) -> Model: ...

    def merge(self, base: LoadSettings, trained: Path, out: Path, report: ReportProgress) -> Sequence[Path]:
        """Writes a base model with a folder of trained weights in it into a new folder; returns the files."""

    def artifact_files(self, checkpoint: Path) -> Sequence[Path]:
        """The files of a checkpoint that make up the result, without optimiser state."""
