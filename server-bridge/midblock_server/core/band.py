"""What stands in for a model's base weights: attached for a turn on the device, detached after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

import torch


class Band(Protocol):
    """Trained weights of some blocks. Attaching and detaching never write to a base tensor."""

    @property
    def first_block(self) -> int:
        """Index of the lowest block that they change."""

    def attach(self) -> None:
        """Puts these weights in place. The base must be in place."""

    def detach(self) -> None:
        """Puts the base back."""


class TrainableBand(Band, Protocol):
    """A band that a training changes."""

    @property
    def parameters(self) -> Mapping[str, torch.Tensor]:
        """The float32 tensors that the optimiser updates, by trainable name, in the model's order."""

    def set_learning(self, blocks: Collection[int]) -> None:
        """Lets the blocks with these indices learn, as all do at first. The others rest: they get no gradients, and
        compute without dropout."""

    def publish(self) -> None:
        """Brings what the model computes with up to date with ``parameters``."""

    def save(self, folder: Path) -> None:
        """Writes the weights in the form users get: see ``artifacts``."""


def block_index(name: str) -> int:
    """Index of the block that a trainable name, or a full name inside a block, belongs to: its first number."""
    return next(int(part) for part in name.split(".") if part.isdigit())
