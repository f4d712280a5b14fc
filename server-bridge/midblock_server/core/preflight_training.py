"""The training half of a preflight: a step to warm up, one on the largest micro-batch, and what they need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch

from midblock_server.core.energy import joules_between, read_energy
from midblock_server.core.errors import CancelledError
from midblock_server.core.memory import peak_memory_bytes, release_freed_memory, reset_peak_memory, used_memory_bytes
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import RunSpecification
from midblock_server.core.trainer import make_training
from midblock_server.core.training_step import Training, run_step
from midblock_server.core.types import Datum


@dataclass
class TrainingNeeds:
    """Bytes, seconds and joules found so far; what was not reached stays 0 or None."""

    weights: int
    trainable: int = 0
    gradients: int = 0
    optimizer: int = 0
    peak: int = 0
    micro_batch_seconds: float = 0.0
    update_seconds: float = 0.0
    micro_batch_joules: float | None = None


def measure_training(
    session: ModelSession,
    specification: RunSpecification,
    data: Sequence[Datum],
    needs: TrainingNeeds,
    cancelled: Callable[[], bool],
) -> None:
    """Makes the specification's steps and fills in what they need, as it becomes known; the last one is timed."""
    device = session.model.torch_device
    training = make_training(session, specification, data)
    needs.trainable = _bytes(_trainable(session.model, training))
    release_freed_memory(device)
    # Less what is trained: the first pass over a model reads pages of its weights that were not in memory before.
    needs.weights = max(needs.weights, used_memory_bytes(device) - needs.trainable)
    reset_peak_memory(device)
    try:
        for step in range(len(specification.batch_plan.steps)):
            if cancelled():
                raise CancelledError("cancelled", "The preflight was cancelled.")
            with session.turn_with(training.band) as model:
                _measured_step(model, training, step, needs)
    finally:
        needs.peak = peak_memory_bytes(device)


def _measured_step(model: LoadedModel, training: Training, step: int, needs: TrainingNeeds) -> None:
    device = model.torch_device
    update_began = 0.0

    def before_update(*_: object) -> None:
        nonlocal update_began
        needs.gradients = _bytes(tensor.grad for tensor in training.band.parameters.values() if tensor.grad is not None)
        update_began = _now(device)

    handle = training.optimizer.register_step_pre_hook(before_update)
    energy, began = read_energy(device), _now(device)
    run_step(model, training, step)
    ended = _now(device)
    handle.remove()
    joules = joules_between(energy, read_energy(device))
    micro_batches = len(training.specification.batch_plan.steps[step])
    needs.micro_batch_seconds = (update_began - began) / micro_batches
    needs.update_seconds = ended - update_began
    needs.micro_batch_joules = None if joules is None else joules / micro_batches
    needs.optimizer = _bytes(value for state in training.optimizer.state.values() for value in state.values())


def _trainable(model: LoadedModel, training: Training) -> list[torch.Tensor]:
    """What the optimiser updates, and what the model computes with in its place where that is another tensor."""
    training.band.attach()
    working = [parameter for parameter in model.module.parameters() if parameter.requires_grad]
    training.band.detach()
    return [*training.band.parameters.values(), *working]


def _bytes(tensors: Iterable[object]) -> int:
    found = {id(tensor): tensor.nbytes for tensor in tensors if isinstance(tensor, torch.Tensor)}
    return sum(found.values())


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
