"""One optimiser step: the gradients of its micro-batches summed, normalised by the step's weight, clipped, applied."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from midblock_server.core.band import TrainableBand
from midblock_server.core.errors import TrainingError
from midblock_server.core.head import weighted_loss_sum
from midblock_server.core.memory import peak_memory_bytes
from midblock_server.core.micro_batch import MicroBatch, make_micro_batch, trained_weight
from midblock_server.core.model import LoadedModel
from midblock_server.core.optimizer import clip_gradients, step_optimizer
from midblock_server.core.packed import packed_hidden_states
from midblock_server.core.schedule import learning_rate
from midblock_server.core.seeds import derived_seed, seeded
from midblock_server.core.specification import RunSpecification
from midblock_server.core.types import Datum, StepDone


@dataclass(frozen=True, eq=False)
class Training:
    """A training under way: what is asked, on which data, and what it changes."""

    specification: RunSpecification
    data: Sequence[Datum]
    band: TrainableBand
    optimizer: torch.optim.AdamW


def run_step(model: LoadedModel, training: Training, step: int) -> StepDone:
    """Makes step number ``step``, counted from 0. The training's band must be in place in ``model``.

    Raises TrainingError: "run-failed" where the loss or the gradient is not finite, before anything is changed;
    "out-of-memory".
    """
    started = time.perf_counter()
    settings = training.specification.optimizer
    rate = learning_rate(settings, step, training.specification.steps_total)
    seed = derived_seed(training.specification.seed, f"dropout of step {step}")
    with _out_of_memory_named(step), seeded(model.torch_device, seed):
        loss, tokens, trained_tokens = _add_gradients(model, training, step)
        norm = clip_gradients(training.band.parameters.values(), settings.max_gradient_norm)
        if not math.isfinite(norm):
            raise _not_finite("gradient", norm, step, [row for rows in _rows(training, step) for row in rows])
        step_optimizer(training.optimizer, rate)
        training.band.publish()
    seconds = time.perf_counter() - started
    peak = peak_memory_bytes(model.torch_device)
    return StepDone(step + 1, loss, rate, norm, tokens, trained_tokens, seconds, peak)


def _add_gradients(model: LoadedModel, training: Training, step: int) -> tuple[float, int, int]:
    """Returns the step's mean loss in nats per unit of weight, its tokens, and those of them that are trained."""
    loss, tokens, trained_tokens = 0.0, 0, 0
    step_weight = sum(trained_weight(training.data[row]) for rows in _rows(training, step) for row in rows)
    for rows in _rows(training, step):
        batch = make_micro_batch([training.data[row] for row in rows], model.torch_device)
        if batch.trained_token_count == 0:
            continue  # it has neither loss nor gradient, so it need not go through the model
        part = _loss_sum(model, batch) / step_weight
        if not math.isfinite(part.item()):
            raise _not_finite("loss", part.item(), step, rows)
        part.backward()
        loss += part.item()
        tokens += batch.token_count
        trained_tokens += batch.trained_token_count
    return loss, tokens, trained_tokens


def _loss_sum(model: LoadedModel, batch: MicroBatch) -> torch.Tensor:
    hidden = packed_hidden_states(model, batch.sequences)
    return weighted_loss_sum(model, hidden[batch.positions], batch.labels, batch.weights)


def _rows(training: Training, step: int) -> Sequence[Sequence[int]]:
    return training.specification.batch_plan.steps[step]


def _not_finite(what: str, value: float, step: int, rows: Sequence[int]) -> TrainingError:
    return TrainingError(
        "run-failed",
        f"The {what} of step {step + 1} is not finite.",
        found=f"{value} from rows {', '.join(map(str, rows))} of the data set",
        wanted="a finite number",
        next_step="Lower the learning rate or lengthen the warm-up, look at these rows, and resume or start anew.",
        facts={"step": str(step + 1), "rows": ",".join(map(str, rows))},
    )


@contextmanager
def _out_of_memory_named(step: int) -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not _is_out_of_memory(error):
            raise
        raise TrainingError(
            "out-of-memory",
            f"Memory ran out in step {step + 1}.",
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            wanted="memory for one micro-batch",
            next_step="Use more, smaller micro-batches a step (with the same result), shorter rows, or fewer blocks.",
            facts={"step": str(step + 1)},
        ) from error


def _is_out_of_memory(error: RuntimeError) -> bool:
    # torch has a class of its own for accelerators alone; on the CPU only the text tells.
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
