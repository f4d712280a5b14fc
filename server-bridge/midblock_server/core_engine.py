"""The engine over core. Torch is imported when a model is loaded, so that the server listens long before."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from midblock_server.core.errors import ModelError
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
from midblock_server.engine import ReportProgress

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel


class CoreEngine:
    """Implements ``engine.Engine``."""

    def load(self, settings: LoadSettings, report: ReportProgress) -> CoreModel:
        report("importing torch", None)
        with _complete_environment():
            from midblock_server.core.model import load_model
            from midblock_server.core.ranks import join_ranks
        return CoreModel(load_model(settings, report, join_ranks()), settings)

    def merge(self, base: LoadSettings, trained: Path, out: Path, report: ReportProgress) -> Sequence[Path]:
        with _complete_environment():
            from midblock_server.core.standalone_merge import merge_folder
        return merge_folder(base, trained, out, report)

    def artifact_files(self, checkpoint: Path) -> Sequence[Path]:
        from midblock_server.core.checkpoint import artifact_files

        return artifact_files(checkpoint)


class CoreModel:
    """Implements ``engine.Model`` over one session, in which calls take turns."""

    def __init__(self, loaded: LoadedModel, settings: LoadSettings) -> None:
        from midblock_server.core.kept_passes import KeptPasses
        from midblock_server.core.session import ModelSession

        self._loaded = loaded
        self._session = ModelSession(loaded, KeptPasses(settings.cache_folder))
        self.card: ModelCard = loaded.card
        self.device: DeviceFacts = loaded.device
        context_length = loaded.card.context_length
        self.max_sequence_tokens = min(settings.max_sequence_tokens or context_length, context_length)

    def by_turns_of(self, lock: AbstractContextManager[None]) -> CoreModel:
        """The same model for one operation, which takes its turns by another lock."""
        model = copy.copy(self)
        model._session = self._session.by_turns_of(lock)
        return model

    def check(
        self, specification: RunSpecification, data: Sequence[Datum], known_steps: int = 0, known_rows: int = 0
    ) -> None:
        from midblock_server.core.specification_check import Known, check_specification

        check_specification(self._loaded, specification, data, known=Known(known_steps, known_rows))

    def train(
        self,
        specification: RunSpecification,
        data: Sequence[Datum],
        folder: Path,
        ask: Callable[[], Control],
        resume_from: Path | None,
    ) -> Iterator[TrainerEvent]:
        from midblock_server.core.trainer import train

        return train(self._session, specification, data, folder, ask, resume_from=resume_from)

    def generate(
        self, weights: Path | None, request: GenerateRequest, cancelled: Callable[[], bool]
    ) -> Iterator[Completion]:
        from midblock_server.core.generate import generate

        return generate(self._session, weights, request, cancelled)

    def score(
        self, weights: Path | None, request: ScoreRequest, cancelled: Callable[[], bool]
    ) -> Iterator[SequenceScore]:
        from midblock_server.core.score import score

        return score(self._session, weights, request, cancelled)

    def merge(self, weights: Path, folder: Path) -> Sequence[Path]:
        from midblock_server.core.merge import write_merged

        return write_merged(self._session, weights, folder)

    def preflight(self, request: PreflightRequest, cancelled: Callable[[], bool]) -> PreflightReport:
        from midblock_server.core.preflight import preflight

        return preflight(self._session, request, cancelled)

    def memory_now(self) -> MemoryNow:
        from midblock_server.core.memory import release_freed_memory, used_memory_bytes
        from midblock_server.core.memory_limit import available_memory_bytes

        device = self._loaded.torch_device
        release_freed_memory(device)
        return MemoryNow(used_memory_bytes(device), available_memory_bytes(device))


@contextmanager
def _complete_environment() -> Iterator[None]:
    """Tells what is missing where the packages that compute can't be imported."""
    try:
        yield
    except ImportError as error:
        raise ModelError(
            "environment-incomplete",
            "The server's Python environment can't compute.",
            found=str(error),
            wanted="torch, transformers and peft, as midblock-server requires them",
            next_step="Install midblock-server again with pip.",
        ) from error
