"""The processes that compute together under torchrun: how many there are, and what they tell each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor

from midblock_server.core.errors import MidblockServerError, ModelError
from midblock_server.core.types import ErrorDetail

Value = TypeVar("Value")

IDLE_TIMEOUT = timedelta(days=365)
"""How long a rank waits to be told something: a server may be idle for as long as it likes."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """This process's place among ``count``, from 0.

    ``told`` is the group of processes for what is told by the CPU, ``cuda_device`` the number of this rank's own GPU.
    """

    index: int = 0
    count: int = 1
    told: dist.ProcessGroup | None = None
    cuda_device: int | None = None

    def from_first(self, value: Value) -> Value:
        """What rank 0 gives as ``value``, on every rank; waits for it."""
        if self.count == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0, group=self.told)
        return box[0]

    def of_all(self, value: Value) -> list[Value]:
        """The values of all ranks, in their order."""
        if self.count == 1:
            return [value]
        values: list[Any] = [None] * self.count
        dist.all_gather_object(values, value, group=self.told)
        return cast("list[Value]", values)

    def together(self, function: Callable[[], Value]) -> Value:
        """Calls a function that talks to no other rank, on every rank; raises on all of them where it fails on one."""
        if self.count == 1:
            return function()
        value: Value | None = None
        error: Exception | None = None
        try:
            value = function()
        except Exception as raised:
            error = raised
        details = self.of_all(None if error is None else _detail(error, self.index))
        failure = next((detail for detail in details if detail is not None), None)
        if failure is not None:
            raise MidblockServerError.of(failure) from error
        return cast("Value", value)

    def sum_numbers(self, numbers: Sequence[float]) -> list[float]:
        """Sums of numbers over all ranks, in float64."""
        if self.count == 1:
            return list(numbers)
        total = torch.tensor(numbers, dtype=torch.float64)
        dist.all_reduce(total, group=self.told)
        return cast("list[float]", total.tolist())

    def sum_gradients(self, tensors: Sequence[Tensor]) -> None:
        """Replaces each tensor's gradient by the sum over all ranks; one that no rank has stays None."""
        if self.count == 1:
            return
        has_one = torch.tensor([float(tensor.grad is not None) for tensor in tensors], device=tensors[0].device)
        dist.all_reduce(has_one)
        summed = [tensor for tensor, ranks in zip(tensors, has_one.tolist(), strict=True) if ranks > 0]
        if not summed:
            return
        flat = torch.cat([(torch.zeros_like(t) if t.grad is None else t.grad).flatten() for t in summed])
        dist.all_reduce(flat)
        for tensor, gradient in zip(summed, flat.split([tensor.numel() for tensor in summed]), strict=True):
            tensor.grad = gradient.view_as(tensor)

    def device_name(self, wanted: str) -> str:
        """The device to load on: of several ranks, each has its own.

        Raises ModelError("model-load-failed") where they would share one, or have one that they can't talk through.
        """
        if self.count == 1 or wanted == "cpu":
            return wanted
        if wanted not in ("auto", "cuda"):
            raise ModelError(
                "model-load-failed",
                f"{self.count} processes can't share the device {wanted!r}.",
                found=wanted,
                wanted='"auto", "cuda" or "cpu": each process then takes its own',
                next_step="Leave the device open, and choose GPUs by CUDA_VISIBLE_DEVICES.",
            )
        if self.cuda_device is not None:
            return f"cuda:{self.cuda_device}"
        return "cpu" if wanted == "auto" else wanted  # not MPS: PyTorch has no communication for it

    def use_device(self) -> None:
        """Makes this rank's GPU the calling thread's: without a word, a thread computes on the first one."""
        if self.cuda_device is not None:
            torch.cuda.set_device(self.cuda_device)


ALONE = Ranks()


def _detail(error: Exception, rank: int) -> ErrorDetail:
    if isinstance(error, MidblockServerError):
        return error.detail
    return ErrorDetail("internal", f"Rank {rank} failed with {type(error).__name__}.", found=str(error))


@cache
def join_ranks() -> Ranks:
    """Joins the processes that torchrun started, once a process; waits for all of them. On CUDA each takes a device."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return ALONE
    cuda_device = int(os.environ["LOCAL_RANK"]) if torch.cuda.is_available() else None
    if cuda_device is not None:
        torch.cuda.set_device(cuda_device)
    dist.init_process_group("gloo" if cuda_device is None else "cpu:gloo,cuda:nccl")
    told = dist.new_group(backend="gloo", timeout=IDLE_TIMEOUT)
    return Ranks(dist.get_rank(), dist.get_world_size(), told, cuda_device)
