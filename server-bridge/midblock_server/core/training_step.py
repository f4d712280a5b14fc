"""One optimiser step: the gradients of its micro-batches summed, normalised by the step's weight, clipped, applied."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch

from midblock_server.core.band import TrainableBand
from midblock_server.core.base_divergence import divergence_sum
from midblock_server.core.block_forward import BlockForward, block_forwards
from midblock_server.core.block_range import Prefix, hidden_states
from midblock_server.core.energy import EnergyReading, joules_between, read_energy
from midblock_server.core.head import weighted_loss_sum
from midblock_server.core.memory import peak_memory_bytes
from midblock_server.core.micro_batch import MicroBatch, context_token_count, make_micro_batch, trained_weight
from midblock_server.core.model import LoadedModel
from midblock_server.core.optimizer import clip_gradients, step_optimizer
from midblock_server.core.phases import learning_blocks
from midblock_server.core.prefix_cache import PrefixCache
from midblock_server.core.progress import Progress
from midblock_server.core.schedule import learning_rate
from midblock_server.core.seeds import derived_seed, seeded
from midblock_server.core.shares import Share, shares
from midblock_server.core.specification import RunSpecification
from midblock_server.core.step_errors import loss_exploded, not_finite, out_of_memory_named
from midblock_server.core.types import Datum, StepDone
from midblock_server.core.wide_products import wide_products


@dataclass(frozen=True, eq=False)
class Training:
    """A training under way: what is asked, on which data, and what it changes.

    ``clock`` tells seconds, ``energy`` what the device used so far, ``forwards`` how blocks compute that don't do it
    plainly.
    """

    specification: RunSpecification
    data: Sequence[Datum]
    band: TrainableBand
    optimizer: torch.optim.Optimizer
    progress: Progress = field(default_factory=Progress)
    clock: Callable[[], float] = time.perf_counter
    energy: Callable[[torch.device], EnergyReading | None] = read_energy
    prefix_cache: PrefixCache | None = None
    forwards: Mapping[int, BlockForward] = field(default_factory=dict)


def run_step(model: LoadedModel, training: Training, step: int) -> StepDone:
    """Makes step number ``step``, counted from 0. The training's band must be in place in ``model``.

    The loss it tells is the task's alone, without the penalty for leaving the base. Raises TrainingError before
    anything is changed: "run-failed" where the loss or the gradient is not finite, "loss-exploded", "out-of-memory".
    """
    started = training.clock()
    # With several processes each counts its own device, and on one machine's CPU all count the same.
    energy = training.energy(model.torch_device) if model.ranks.count == 1 else None
    specification = training.specification
    rate = learning_rate(specification.optimizer, step, specification.steps_total)
    seed = derived_seed(specification.seed, _dropout_purpose(step, model.ranks.index))
    if specification.phases:
        training.band.set_learning(learning_blocks(specification, step))
    forwards = block_forwards(model.blocks, training.forwards)
    # torch.compile picks products by itself.
    products = nullcontext() if specification.compute.compile else wide_products(model.module)
    with out_of_memory_named(step), seeded(model.torch_device, seed), forwards, products:
        sums = _add_gradients(model, training, step)
        _check_growth(training, sums.loss, step)
        norm = clip_gradients(training.band.parameters.values(), specification.optimizer.max_gradient_norm)
        if not math.isfinite(norm):
            raise not_finite("gradient", norm, step, _all_rows(training, step))
        step_optimizer(training.optimizer, rate)
        training.band.publish()
    seconds = training.clock() - started
    joules = None if energy is None else joules_between(energy, training.energy(model.torch_device))
    # Seconds differ from run to run, and would make checkpoints differ; they are kept where they decide something.
    training.progress.add(sums.loss, seconds if specification.max_seconds > 0 else 0.0)
    peak = peak_memory_bytes(model.torch_device)
    cached = 0 if training.prefix_cache is None else training.prefix_cache.take_count()
    return StepDone(
        step=step + 1,
        loss=sums.loss,
        learning_rate=rate,
        gradient_norm=norm,
        tokens=sums.tokens,
        trained_tokens=sums.trained_tokens,
        seconds=seconds,
        peak_memory_bytes=peak,
        cached_prefix_tokens=cached,
        base_divergence=sums.base_divergence,
        joules=joules,
    )


@dataclass(frozen=True)
class _StepTotals:
    """What each micro-batch's sums are divided by, and the step that they belong to."""

    step: int
    weight: float
    context_tokens: int


@dataclass
class _StepSums:
    """Mean loss in nats per unit of weight, mean divergence in nats per context token, and tokens."""

    loss: float = 0.0
    base_divergence: float = 0.0
    tokens: int = 0
    trained_tokens: int = 0

    def add(self, loss: float, base_divergence: float, batch: MicroBatch) -> None:
        self.loss += loss
        self.base_divergence += base_divergence
        self.tokens += batch.token_count
        self.trained_tokens += batch.trained_token_count


def _add_gradients(model: LoadedModel, training: Training, step: int) -> _StepSums:
    sums = _StepSums()
    rows_of_step = _all_rows(training, step)
    step_weight = sum(trained_weight(training.data[row]) for row in rows_of_step)
    tie = training.specification.base_divergence_weight
    step_context = sum(context_token_count(training.data[row]) for row in rows_of_step) if tie > 0 else 0
    for share in shares(_rows(training, step), training.data, model.ranks, with_tie=step_context > 0):
        # Its own function: what it leaves to be freed must be gone before the next micro-batch asks for memory.
        _add_share(model, training, share, _StepTotals(step, step_weight, step_context), sums)
    return _summed_over_ranks(model, training, sums, step)


def _add_share(model: LoadedModel, training: Training, share: Share, totals: _StepTotals, sums: _StepSums) -> None:
    """Adds the gradients of one micro-batch to the band's, and its sums to the step's."""
    batch = make_micro_batch([training.data[row] for row in share.rows], model.torch_device)
    cache = training.prefix_cache
    prefix = None if cache is None else cache.prefix(model, share.rows, batch.sequences)
    base_hidden = (
        _base_hidden_states(model, training.band, batch, prefix)[batch.context_positions] if share.tied else None
    )
    hidden = hidden_states(model, batch.sequences, prefix)
    part = weighted_loss_sum(model, hidden[batch.positions], batch.labels, batch.weights) / totals.weight
    whole, divergence = part, 0.0
    if base_hidden is not None:
        mean_divergence = divergence_sum(model, hidden[batch.context_positions], base_hidden) / totals.context_tokens
        whole = part + mean_divergence * training.specification.base_divergence_weight
        divergence = mean_divergence.item()
    if not share.counts:
        (whole * 0).backward()
        return
    if not math.isfinite(whole.item()) and model.ranks.count == 1:
        raise not_finite("loss", whole.item(), totals.step, share.rows)
    whole.backward()
    sums.add(part.item(), divergence, batch)


def _summed_over_ranks(model: LoadedModel, training: Training, sums: _StepSums, step: int) -> _StepSums:
    loss, divergence, tokens, trained_tokens = model.ranks.sum_numbers(
        (sums.loss, sums.base_divergence, sums.tokens, sums.trained_tokens)
    )
    if not math.isfinite(loss + divergence):
        # Told only now, by all ranks alike: one that raised alone would leave the others waiting for it.
        raise not_finite("loss", loss + divergence, step, _all_rows(training, step))
    model.ranks.sum_gradients(list(training.band.parameters.values()))
    return _StepSums(loss, divergence, int(tokens), int(trained_tokens))


@torch.no_grad()
def _base_hidden_states(
    model: LoadedModel, band: TrainableBand, batch: MicroBatch, prefix: Prefix | None
) -> torch.Tensor:
    band.detach()
    try:
        return hidden_states(model, batch.sequences, prefix)
    finally:
        band.attach()


def _check_growth(training: Training, loss: float, step: int) -> None:
    limit = training.progress.loss_limit(training.specification.max_loss_growth)
    if limit is not None and loss > limit:
        raise loss_exploded(loss, limit, step, _all_rows(training, step))


def _dropout_purpose(step: int, rank: int) -> str:
    # Ranks draw apart; the first, or only, one draws as it did before there were others.
    return f"dropout of step {step}" + (f" on rank {rank}" if rank > 0 else "")


def _all_rows(training: Training, step: int) -> list[int]:
    return [row for rows in _rows(training, step) for row in rows]


def _rows(training: Training, step: int) -> Sequence[Sequence[int]]:
    return training.specification.batch_plan.steps[step]
