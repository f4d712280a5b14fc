"""A deterministic engine without torch, for tests of the server around it.

What a training does is told by ``client_notes``, as JSON: {"hold_at_step": n} waits before step n until someone asks to
stop or ``FakeEngine.release`` is set, with "stubborn": true only for the latter; {"fail_at_step": n} raises an error of
ours there; {"crash_at_step": n} one that nobody foresaw.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from midblock_server.core.errors import CancelledError, ModelError, SpecificationError, TrainingError
from midblock_server.core.preflight_values import MemoryNow, MemoryParts, PreflightReport, PreflightRequest
from midblock_server.core.specification import RunSpecification
from midblock_server.core.types import (
    BlockLinear,
    CheckpointWritten,
    Completion,
    Control,
    Datum,
    DeviceFacts,
    GenerateRequest,
    LoadSettings,
    ModelCard,
    ParameterCounts,
    ScoreRequest,
    SequenceScore,
    SpecialTokens,
    StepDone,
    StopReason,
    TemplateProbe,
    TrainerEvent,
    TrainingStarted,
    TrainingStopped,
)
from midblock_server.engine import ReportProgress

CARD = ModelCard(
    name="fake",
    architecture="FakeForCausalLM",
    block_count=4,
    hidden_size=8,
    vocabulary_size=100,
    context_length=16,
    tied_embeddings=True,
    parameters=ParameterCounts(1000, 800, (50, 50, 50, 50), 0, 0),
    block_linears=(BlockLinear("q_proj", "attention", 8, 8), BlockLinear("up_proj", "mlp", 8, 16, blocks=(1, 2))),
    special_tokens=SpecialTokens(None, (2,), 0),
    tokenizer_json="{}",
    tokenizer_config_json="",
    chat_template=None,
    weights_hash="sha256:fake",
    probe_text="probe",
    probe_token_ids=(1, 2, 3),
    template_probe=TemplateProbe("[]", "2026-03-04T05:06:07", "text"),
    dtype="float32",
    license="",
    weights_folder="/models/fake",
)
HOLD_POLL_SECONDS = 0.005
STOPS = {
    Control.PAUSE: StopReason.PAUSED,
    Control.CANCEL: StopReason.CANCELLED,
    Control.FINISH: StopReason.COMPLETED,
}


@dataclass
class FakeEngine:
    """``may_load`` holds the loading back; ``release`` lets held steps and held inference go on."""

    may_load: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    load_error: Exception | None = None
    cancellation_seen: threading.Event = field(default_factory=threading.Event)
    memory_now: MemoryNow | None = field(default_factory=lambda: MemoryNow(1, 100))
    preflights: int = 0

    def load(self, settings: LoadSettings, report: ReportProgress) -> FakeModel:
        report("reading weights", 0.5)
        self.may_load.wait()
        if self.load_error is not None:
            raise self.load_error
        if settings.source != "fake":
            raise ModelError("unknown-model", f"There is no model {settings.source!r}.", wanted="fake")
        return FakeModel(self)

    def merge(self, base: LoadSettings, trained: Path, out: Path, report: ReportProgress) -> Sequence[Path]:
        raise ModelError("unknown-model", f"There is no model {base.source!r}.", wanted="a real engine")

    def artifact_files(self, checkpoint: Path) -> Sequence[Path]:
        return [checkpoint / "adapter_config.json", checkpoint / "adapter_model.safetensors"]


class FakeModel:
    card = CARD
    device = DeviceFacts("cpu", "Fake CPU", 1 << 30, "float32", "always", 1)
    max_sequence_tokens = CARD.context_length

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    def check(
        self, specification: RunSpecification, data: Sequence[Datum], known_steps: int = 0, known_rows: int = 0
    ) -> None:
        steps = specification.batch_plan.steps[known_steps:]
        outside = [row for step in steps for batch in step for row in batch if row >= len(data)]
        if outside or len(specification.batch_plan.steps) > specification.steps_total:
            raise SpecificationError("dataset-invalid", "Steps do not fit.", found=str(outside), wanted=str(known_rows))
        if specification.layer_plan.block_count != CARD.block_count:
            raise SpecificationError("invalid-layer-plan", "The plan has another block count.")

    def train(
        self,
        specification: RunSpecification,
        data: Sequence[Datum],
        folder: Path,
        ask: Callable[[], Control],
        resume_from: Path | None,
    ) -> Iterator[TrainerEvent]:
        """Its loss at step n is n plus the sum of the step's tokens, so that a resume can be told from a restart."""
        notes = json.loads(specification.client_notes or "{}")
        steps = specification.batch_plan.steps
        done = 0 if resume_from is None else int(json.loads((resume_from / "adapter_config.json").read_text())["step"])
        yield TrainingStarted(done, specification.steps_total, ("blocks.1.q_proj.lora_A",), 10, CARD.parameters.total)
        while done < len(steps):
            if notes.get("hold_at_step") == done:
                self._hold(ask, stubborn=notes.get("stubborn", False))
            control = ask()
            if control is not Control.GO_ON:
                yield from _save(folder, done, specification.keep_checkpoints)
                yield TrainingStopped(STOPS[control], done)
                return
            _fail_if_told(notes, done)
            done += 1
            tokens = [token for batch in steps[done - 1] for index in batch for token in data[index].token_ids]
            yield StepDone(done, done + sum(tokens), 0.1, 1.0, len(tokens), len(tokens), 0.0, 0)
            if done == len(steps) or ((every := specification.checkpoint_every_steps) and done % every == 0):
                yield from _save(folder, done, specification.keep_checkpoints)
        waits = done < specification.steps_total
        yield TrainingStopped(StopReason.WAITING if waits else StopReason.COMPLETED, done)

    def merge(self, weights: Path, folder: Path) -> Sequence[Path]:
        shutil.copy(weights / "adapter_config.json", folder / "config.json")
        return [folder / "config.json"]

    def generate(
        self, weights: Path | None, request: GenerateRequest, cancelled: Callable[[], bool]
    ) -> Iterator[Completion]:
        """Echoes each prompt; holds before prompts that begin with token 99."""
        for index, prompt in enumerate(request.prompts):
            if prompt[0] == 99:
                self._hold_unless(cancelled)
            text = "base" if weights is None else weights.name
            yield Completion(index, tuple(prompt), text, "length")

    def score(
        self, weights: Path | None, request: ScoreRequest, cancelled: Callable[[], bool]
    ) -> Iterator[SequenceScore]:
        for index, sequence in enumerate(request.sequences):
            count = len(sequence.token_ids) - sequence.first
            kl = (0.25,) * count if request.kl_from_base else ()
            yield SequenceScore(index, (-1.0,) * count, (True,) * count, kl)

    def preflight(self, request: PreflightRequest, cancelled: Callable[[], bool]) -> PreflightReport:
        """Bytes and seconds that tell which parts of the request arrived; holds for a prompt of 99 tokens."""
        if request.prompt_tokens == 99:
            self._hold_unless(cancelled)
        self._engine.preflights += 1
        memory = MemoryParts(1, 2, 3, 4, sum(request.sequence_tokens), request.prompt_rows)
        fits = request.max_new_tokens > 0
        return PreflightReport(memory, request.trained_tokens, request.max_new_tokens, 8, fits, 0.5, 0.25, 1.5)

    def memory_now(self) -> MemoryNow | None:
        return self._engine.memory_now

    def _hold(self, ask: Callable[[], Control], *, stubborn: bool) -> None:
        while (stubborn or ask() is Control.GO_ON) and not self._engine.release.wait(HOLD_POLL_SECONDS):
            pass

    def _hold_unless(self, cancelled: Callable[[], bool]) -> None:
        while not self._engine.release.wait(HOLD_POLL_SECONDS):
            if cancelled():
                self._engine.cancellation_seen.set()
                raise CancelledError("cancelled", "The call was cancelled.")


def _save(folder: Path, step: int, keep: int) -> Iterator[TrainerEvent]:
    checkpoint = folder / f"step-{step:08d}"
    if checkpoint.exists():
        return
    checkpoint.mkdir(parents=True)
    (checkpoint / "adapter_config.json").write_text(json.dumps({"step": step}))
    (checkpoint / "adapter_model.safetensors").write_bytes(bytes(range(256)) * 10 + str(step).encode())
    yield CheckpointWritten(step, checkpoint, 2561, f"sha256:weights of step {step}")
    for old in sorted(folder.iterdir())[:-keep]:
        shutil.rmtree(old)


def _fail_if_told(notes: dict[str, object], done: int) -> None:
    if notes.get("fail_at_step") == done:
        raise TrainingError("out-of-memory", "The device is full.", found="1 GiB", wanted="2 GiB")
    if notes.get("crash_at_step") == done:
        raise ValueError("a secret detail")
