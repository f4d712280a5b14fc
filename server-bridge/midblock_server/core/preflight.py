"""Preflight: makes the largest step of a training and its longest generation once, and measures what they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from midblock_server.core.errors import TrainingError
from midblock_server.core.made_up_data import made_up_rows
from midblock_server.core.memory import is_out_of_memory, release_freed_memory, reset_peak_memory, used_memory_bytes
from midblock_server.core.memory_limit import available_memory_bytes, memory_limited
from midblock_server.core.preflight_decoding import GenerationNeeds, longest_prompts, measure_decoding
from midblock_server.core.preflight_training import TrainingNeeds, measure_training
from midblock_server.core.preflight_values import MemoryParts, PreflightReport, PreflightRequest
from midblock_server.core.request_check import check_generate_request
from midblock_server.core.seeds import seeded
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import BatchPlan, RunSpecification
from midblock_server.core.specification_check import check_specification
from midblock_server.core.types import Datum, GenerateRequest

WARM_UP_TOKENS = 32
"""Tokens of the first step: it makes the optimiser's state, reads the weights and lets kernels be chosen."""


def preflight(session: ModelSession, request: PreflightRequest, cancelled: Callable[[], bool]) -> PreflightReport:
    """Makes a small optimiser step and the largest one, which is timed, and decodes; the model is as before afterwards.

    Memory that runs out is an answer. Raises SpecificationError and RequestError for a run or a prompt that the model
    can't have at all, and CancelledError at the next step once ``cancelled`` says so.
    """
    model, device = session.model, session.model.torch_device
    rows = made_up_rows(request.sequence_tokens, request.trained_tokens, model.card.vocabulary_size)
    rows += made_up_rows((min(WARM_UP_TOKENS, max(request.sequence_tokens)),), 1, model.card.vocabulary_size)
    specification = _two_steps(request)
    check_specification(model, specification, rows)
    prompts = longest_prompts(model, request) if request.prompt_tokens > 0 else None
    if prompts is not None:
        check_generate_request(model, prompts)
    release_freed_memory(device)
    available = available_memory_bytes(device)
    training, generation = TrainingNeeds(weights=used_memory_bytes(device)), GenerationNeeds()
    try:
        # Adapters are drawn by torch's own generators before they are drawn anew; these are put back.
        with memory_limited(device, available - training.weights), seeded(device, specification.seed):
            fits = _fits(session, (specification, rows), prompts, (training, generation), cancelled)
    finally:
        release_freed_memory(device)
        reset_peak_memory(device)
    return _report(training, generation, available, fits)


def _fits(
    session: ModelSession,
    step: tuple[RunSpecification, Sequence[Datum]],
    prompts: GenerateRequest | None,
    needs: tuple[TrainingNeeds, GenerationNeeds],
    cancelled: Callable[[], bool],
) -> bool:
    """Tries both parts, filling in what they need; False where memory ran out."""
    try:
        measure_training(session, *step, needs[0], cancelled)
        if prompts is not None:
            release_freed_memory(session.model.torch_device)
            measure_decoding(session, prompts, needs[1], cancelled)
    except (MemoryError, RuntimeError, TrainingError) as error:
        if is_out_of_memory(error) or (isinstance(error, TrainingError) and error.code == "out-of-memory"):
            return False
        raise
    return True


def _two_steps(request: PreflightRequest) -> RunSpecification:
    """The run with a step to warm up and one of the micro-batch, and without what needs more or is filled over them."""
    rows = tuple(range(len(request.sequence_tokens)))
    warm_up = (len(rows),)
    specification = request.specification
    optimizer = replace(specification.optimizer, schedule="constant", warmup_steps=0, decay_steps=0)
    compute = replace(specification.compute, prefix_cache_memory_bytes=0, prefix_cache_disk_bytes=0)
    second = (rows, rows) if request.accumulates else (rows,)
    return replace(
        specification,
        batch_plan=BatchPlan(((warm_up,), second)),
        steps_total=2,
        open=False,
        phases=(),
        max_loss_growth=0.0,
        max_seconds=0.0,
        optimizer=optimizer,
        compute=compute,
    )


def _report(training: TrainingNeeds, generation: GenerationNeeds, available: int, fits: bool) -> PreflightReport:
    known = training.weights + training.trainable + training.gradients + training.optimizer
    memory = MemoryParts(
        weights=training.weights,
        trainable=training.trainable,
        gradients=training.gradients,
        optimizer=training.optimizer,
        activations=max(0, training.peak - known),
        key_value_cache=generation.key_value_cache,
    )
    peak = max(training.peak, generation.peak)
    return PreflightReport(
        memory=memory,
        training_peak_bytes=training.peak,
        generation_peak_bytes=generation.peak,
        available_bytes=available,
        fits=fits and (available == 0 or peak <= available),
        micro_batch_seconds=training.micro_batch_seconds,
        update_seconds=training.update_seconds,
        micro_batch_joules=training.micro_batch_joules,
    )
