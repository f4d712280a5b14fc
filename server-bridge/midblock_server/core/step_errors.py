"""What can go wrong in a training step, each as an error that names the step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from midblock_server.core.errors import TrainingError


def not_finite(what: str, value: float, step: int, rows: Sequence[int]) -> TrainingError:
    """The error of a step whose loss or gradient is no number to go on with."""
    return TrainingError(
        "run-failed",
        f"The {what} of step {step + 1} is not finite.",
        found=f"{value} from rows {', '.join(map(str, rows))} of the data set",
        wanted="a finite number",
        next_step="Lower the learning rate or lengthen the warm-up, look at these rows, and resume or start anew.",
        facts={"step": str(step + 1), "rows": ",".join(map(str, rows))},
    )


def loss_exploded(loss: float, limit: float, step: int, rows: Sequence[int]) -> TrainingError:
    """The error of a step whose loss grew beyond what the run allows."""
    return TrainingError(
        "loss-exploded",
        f"The loss of step {step + 1} has exploded.",
        found=f"{loss:.4g} nats per token, from rows {', '.join(map(str, rows))} of the data set",
        wanted=f"at most {limit:.4g}, by the ten steps before it",
        next_step="Lower the learning rate or lengthen the warm-up, look at these rows, or allow for more growth.",
        facts={"step": str(step + 1), "rows": ",".join(map(str, rows)), "loss": repr(loss), "limit": repr(limit)},
    )


@contextmanager
def out_of_memory_named(step: int) -> Iterator[None]:
    """Turns running out of memory inside into a TrainingError that names the step."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            raise
        raise TrainingError(
            "out-of-memory",
            f"Memory ran out in step {step + 1}.",
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            wanted="memory for one micro-batch",
            next_step="Use more, smaller micro-batches a step (with the same result), shorter rows, or fewer blocks.",
            facts={"step": str(step + 1)},
        ) from error


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch says by this error that memory ran out."""
    # torch has a class of its own for accelerators alone; on the CPU only the text tells.
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
