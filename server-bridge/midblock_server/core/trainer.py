"""The band trainer: from a run's specification to a stream of events, with checkpoints to resume from exactly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from midblock_server.core.band import TrainableBand
from midblock_server.core.block_work import block_work
from midblock_server.core.full_weights import FullWeightsBand
from midblock_server.core.head import head_of
from midblock_server.core.lora import LoraBand
from midblock_server.core.lora_config import lora_config
from midblock_server.core.model import LoadedModel
from midblock_server.core.optimizer import make_optimizer
from midblock_server.core.packed import can_pack
from midblock_server.core.prefix_cache import first_planned_block, make_prefix_cache
from midblock_server.core.run_checkpoints import RunCheckpoints
from midblock_server.core.run_warnings import run_warnings
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import LoraMethod, RunSpecification
from midblock_server.core.specification_check import Known, check_specification
from midblock_server.core.training_state import read_resumable, restore_training_state
from midblock_server.core.training_step import Training, run_step
from midblock_server.core.types import Control, Datum, StopReason, TrainerEvent, TrainingStarted, TrainingStopped

STOP_REASONS = {
    Control.GO_ON: StopReason.COMPLETED,
    Control.PAUSE: StopReason.PAUSED,
    Control.CANCEL: StopReason.CANCELLED,
    Control.FINISH: StopReason.COMPLETED,
}


def train(
    session: ModelSession,
    specification: RunSpecification,
    data: Sequence[Datum],
    folder: Path,
    ask: Callable[[], Control],
    *,
    resume_from: Path | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[TrainerEvent]:
    """Trains the planned blocks, and tells what happens.

    Yields TrainingStarted, in a new run the ``run_warnings``, then StepDone and CheckpointWritten as they come, and
    TrainingStopped last. Checkpoints are written in ``folder``; ``ask`` is called before each step; the device is held
    for one step at a time. ``clock`` tells the seconds that a run with ``max_seconds`` is limited by.
    ``resume_from`` is a checkpoint folder of the same specification, or of an open one that was extended to this one:
    training goes on after its step and ends with the same weights, bit for bit on a CPU. Later checkpoints in
    ``folder`` are then removed: their steps are made anew. An open run that has made the steps it knows stops as
    waiting.

    Trainable names are, in the model's order, for LoRA "<full name of the linear map>.lora_A" and ".lora_B", with DoRA
    also ".lora_magnitude_vector", and for full weights and norms the full names of the parameters. The first part of a
    name that is a number is the index of the block, and what follows it is the name inside the block.

    Raises SpecificationError, with all faults of specification and data, and CheckpointError at the call; TrainingError
    while it is iterated.
    """
    state = None if resume_from is None else read_resumable(resume_from, specification)
    # What a checkpoint was made with was checked before its first step; an open run would check it after each wait.
    check_specification(
        session.model, specification, data, known=None if state is None else Known(state.step, len(data))
    )
    training = replace(make_training(session, specification, data), clock=clock)
    if resume_from is not None and state is not None:
        restore_training_state(training, resume_from, state)
    from_step = 0 if state is None else state.step
    with session.turn() as model:
        training = replace(training, prefix_cache=make_prefix_cache(model, specification, from_step, folder))
    if session.model.ranks.index > 0:
        return _followed(session, training, from_step)
    return _events(session, RunCheckpoints(training, folder), ask, from_step)


def make_training(session: ModelSession, specification: RunSpecification, data: Sequence[Datum]) -> Training:
    """Makes what a checked run trains, at its start."""
    with session.turn() as model:
        # Both probe the whole model once, which must happen while the base is in place.
        can_pack(model.module)
        head_of(model.module)
        forwards = block_work(model, specification.compute, first_planned_block(specification))
        band = _make_band(model, specification)
    optimizer = make_optimizer(band.parameters, specification.optimizer)
    return Training(specification, data, band, optimizer, forwards=forwards)


def _make_band(model: LoadedModel, specification: RunSpecification) -> TrainableBand:
    method = specification.method
    if isinstance(method, LoraMethod):
        config = lora_config(model, specification.layer_plan, method, train_norms=specification.train_norms)
        return LoraBand.for_training(model, config, specification.seed)
    return FullWeightsBand(model, specification.layer_plan)


def _events(
    session: ModelSession, checkpoints: RunCheckpoints, ask: Callable[[], Control], from_step: int
) -> Iterator[TrainerEvent]:
    training = checkpoints.training
    steps_total = training.specification.steps_total
    steps_known = len(training.specification.batch_plan.steps)
    every = training.specification.checkpoint_every_steps
    checkpoints.begin(from_step)
    yield _started(session.model, training.band, from_step, steps_total)
    if from_step == 0:
        yield from run_warnings(session.model, training.specification)
    done, control = from_step, Control.GO_ON
    while done < steps_known and not _time_is_up(training) and (control := ask()) is Control.GO_ON:
        with session.turn_with(training.band) as model, checkpoints.named_in_errors():
            event = run_step(model, training, done)
        done += 1
        yield event
        if every > 0 and done % every == 0:
            yield from _write_checkpoint(checkpoints, done)
    if not checkpoints.has(done):
        yield from _write_checkpoint(checkpoints, done)
    ends_early = control is Control.GO_ON and done < steps_total
    if ends_early and _time_is_up(training):
        yield TrainingStopped(StopReason.COMPLETED, done, why="max-seconds")
    else:
        yield TrainingStopped(StopReason.WAITING if ends_early else STOP_REASONS[control], done)


def _followed(session: ModelSession, training: Training, from_step: int) -> Iterator[TrainerEvent]:
    """The steps alone, as many as rank 0 takes turns for: it alone is asked, keeps time, and writes checkpoints."""
    for step in range(from_step, len(training.specification.batch_plan.steps)):
        with session.turn_with(training.band) as model:
            event = run_step(model, training, step)
        yield event


def _time_is_up(training: Training) -> bool:
    return 0 < training.specification.max_seconds <= training.progress.seconds


def _write_checkpoint(checkpoints: RunCheckpoints, step: int) -> Iterator[TrainerEvent]:
    yield checkpoints.write(step)
    # Not before the yield: until the new one is in the run's record, the old ones are what a resume goes on from.
    checkpoints.remove_old()


def _started(model: LoadedModel, band: TrainableBand, from_step: int, steps_total: int) -> TrainingStarted:
    return TrainingStarted(
        from_step=from_step,
        steps_total=steps_total,
        trainable_names=tuple(band.parameters),
        trainable_parameters=sum(tensor.numel() for tensor in band.parameters.values()),
        total_parameters=model.card.parameters.total,
    )
