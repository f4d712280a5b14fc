"""The memory of slots: one block's keys and values, made ahead and made larger."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from midblock_server.core.slot_attention import Held


@dataclass
class BlockMemory:
    """``keys`` and ``values`` are [slots, key/value heads, capacity, size], of what follows the common tokens."""

    keys: Tensor
    values: Tensor
    prefix: Held | None = None


def grown(room: Tensor, states: Tensor, slots: int, tokens: int, capacity: int) -> Tensor:
    """The room; where it has not so many slots and tokens, a larger one for ``capacity`` tokens, with what it holds."""
    held_slots, held_tokens = (room.shape[0], room.shape[2]) if room.dim() == 4 else (0, 0)
    if held_slots >= slots and held_tokens >= tokens:
        return room
    # Not the old length: room that a long row left is not wanted once more for each of many short ones.
    kept = min(held_tokens, capacity)
    larger = states.new_empty((max(slots, held_slots), states.shape[1], capacity, states.shape[3]))
    if room.dim() == 4:
        larger[:held_slots, :, :kept] = room[:, :, :kept]
    # Zeros, since what a mask hides must still be a number: 0 x NaN is NaN.
    larger[:held_slots, :, kept:] = 0
    larger[held_slots:] = 0
    return larger
