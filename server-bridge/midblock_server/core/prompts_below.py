"""Reads prompts into slots with what the blocks below a band made of them before, or keeps it for the next time.

It is the states that enter the band and, for the tokens to come, the keys and values of each block below it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from midblock_server.core.block_forward import BlockForward, block_forwards
from midblock_server.core.key_value_slots import KeyValueSlots

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel
    from midblock_server.core.passes_below import PassesBelow


@dataclass(frozen=True, eq=False)
class _Attention:
    """One that takes keys and values in, [1, *heads and size with the tokens between them]."""

    block: int
    module: nn.Module
    key_shape: tuple[int, int]
    value_shape: tuple[int, int]

    @property
    def widths(self) -> tuple[int, int]:
        """Numbers of a token's keys and values."""
        return self.key_shape[0] * self.key_shape[1], self.value_shape[0] * self.value_shape[1]


_found: WeakKeyDictionary[nn.Module, tuple[_Attention, ...]] = WeakKeyDictionary()


@contextmanager
def reading_below(
    model: LoadedModel,
    below: PassesBelow | None,
    slots: KeyValueSlots,
    prompts: Sequence[Sequence[int]],
    held_tokens: int | None,
) -> Iterator[None]:
    """For one pass that reads prompts whose first ``held_tokens`` tokens the slots hold; None: what all begin with.

    Without ``below``, and where the pass makes more than is kept of one, it is as any other.
    """
    attentions = [] if below is None else [each for each in _attentions(model) if each.block < below.first_block]
    tokens = sum(len(prompt) - (held_tokens or 0) for prompt in prompts)
    width = model.card.hidden_size + sum(width for each in attentions for width in each.widths)
    if below is None or tokens * width * model.dtype.itemsize > below.most_bytes:
        yield
        return
    given = ("prompts", held_tokens, [list(prompt) for prompt in prompts])
    kept = below.find(given)
    if kept is not None:
        with block_forwards(model.blocks, _giving(kept.to(model.torch_device), attentions, slots, below.first_block)):
            yield
        return
    taken: dict[nn.Module, tuple[Tensor, Tensor]] = {}
    entering: list[Tensor] = []
    wanted = {each.module for each in attentions}
    with _noting(slots, taken, wanted), block_forwards(model.blocks, _noting_input(model, below.first_block, entering)):
        yield
    parts = [entering[0], *(part[0].transpose(0, 1).flatten(1) for each in attentions for part in taken[each.module])]
    if len({part.dtype for part in parts}) == 1:
        below.keep(given, torch.cat(parts, dim=1))


def _giving(
    packed: Tensor, attentions: Sequence[_Attention], slots: KeyValueSlots, first_block: int
) -> dict[int, BlockForward]:
    """Forward functions of the blocks below: each gives the slots what it took, the last one what enters the band.

    ``packed`` is [tokens, hidden size and all keys and values of a token].
    """
    widths = [width for each in attentions for width in each.widths]
    columns: tuple[Tensor, ...] = torch.split(packed, [packed.shape[1] - sum(widths), *widths], dim=1)
    entering, parts = columns[0], columns[1:]

    def give(hidden_states: Tensor, *unused: Any, block: int, **others: Any) -> Tensor:
        for place, each in enumerate(attentions):
            if each.block == block:
                key, value = parts[2 * place : 2 * place + 2]
                slots.take(each.module, _by_heads(key, each.key_shape), _by_heads(value, each.value_shape))
        return entering[None].contiguous() if block == first_block - 1 else hidden_states

    return {block: partial(give, block=block) for block in range(first_block)}


def _by_heads(part: Tensor, shape: tuple[int, int]) -> Tensor:
    """[tokens, heads x size] as [1, heads, tokens, size]."""
    return part.view(len(part), *shape).transpose(0, 1)[None]


@contextmanager
def _noting(
    slots: KeyValueSlots, taken: dict[nn.Module, tuple[Tensor, Tensor]], wanted: Collection[nn.Module] | None = None
) -> Iterator[None]:
    """Notes what the wanted ones take, None: all."""

    def note(block: nn.Module, key: Tensor, value: Tensor) -> None:
        if wanted is None or block in wanted:
            taken[block] = key, value

    slots.on_taken = note
    try:
        yield
    finally:
        slots.on_taken = None


def _noting_input(model: LoadedModel, block: int, entering: list[Tensor]) -> dict[int, BlockForward]:
    own = model.blocks.modules[block].forward

    def forward(hidden_states: Tensor, *arguments: Any, **others: Any) -> Tensor:
        entering.append(hidden_states[0])
        outputs: Tensor = own(hidden_states, *arguments, **others)
        return outputs

    return {block: forward}


def _attentions(model: LoadedModel) -> tuple[_Attention, ...]:
    """Those of the model's blocks, found once by reading a token."""
    if model.module not in _found:
        slots, taken = KeyValueSlots(), dict[nn.Module, tuple[Tensor, Tensor]]()
        with _noting(slots, taken):
            slots.read_prefix(model.module, [0])
        _found[model.module] = tuple(
            _Attention(index, module, _heads_and_size(taken[module][0]), _heads_and_size(taken[module][1]))
            for index, block in enumerate(model.blocks.modules)
            for module in block.modules()
            if module in taken
        )
    return _found[model.module]


def _heads_and_size(states: Tensor) -> tuple[int, int]:
    return states.shape[1], states.shape[3]
