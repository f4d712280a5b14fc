"""Runs a part of a model's blocks: from the tokens to the input of one block, or from there to the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from midblock_server.core.block_forward import BlockForward, block_forwards, skip
from midblock_server.core.packed import packed_hidden_states, probe_sequences
from midblock_server.core.token_tree import TokenTree

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel

_splits: WeakKeyDictionary[nn.Module, dict[int, bool]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Prefix:
    """What the blocks below ``first_block``, which is above 0, make of some sequences: [total tokens, hidden size]."""

    first_block: int
    states: Tensor


@torch.no_grad()
def run_prefix(model: LoadedModel, sequences: Sequence[Sequence[int]] | TokenTree, first_block: int) -> Prefix:
    """Runs the blocks below ``first_block`` alone, over sequences as packed_hidden_states takes them."""
    taken: list[Tensor] = []

    def take(hidden_states: Tensor, *unused: Any, **others: Any) -> Tensor:
        taken.append(hidden_states[0])
        return hidden_states

    above: dict[int, BlockForward] = dict.fromkeys(range(first_block + 1, len(model.blocks)), skip)
    with block_forwards(model.blocks, {**above, first_block: take}):
        packed_hidden_states(model, sequences)
    return Prefix(first_block, torch.cat(taken))


def hidden_states(model: LoadedModel, sequences: Sequence[Sequence[int]] | TokenTree, prefix: Prefix | None) -> Tensor:
    """What packed_hidden_states gives, by running no more than the blocks that ``prefix`` leaves; None: all of them."""
    if prefix is None:
        return packed_hidden_states(model, sequences)
    offset = 0

    def give(hidden_states: Tensor, *unused: Any, **others: Any) -> Tensor:
        nonlocal offset
        begin, offset = offset, offset + hidden_states.shape[1]
        return prefix.states[begin:offset][None]

    below: dict[int, BlockForward] = dict.fromkeys(range(prefix.first_block - 1), skip)
    with block_forwards(model.blocks, {**below, prefix.first_block - 1: give}):
        return packed_hidden_states(model, sequences)


def can_split(model: LoadedModel, first_block: int) -> bool:
    """Finds out, once a model and block, whether running it in two parts gives, bit for bit, what it gives whole.

    It does not where an architecture hands its blocks more than the hidden states, or where nothing is below.
    """
    found = _splits.setdefault(model.module, {})
    if first_block not in found:
        found[first_block] = first_block > 0 and _parts_equal_whole(model, first_block)
    return found[first_block]


@torch.no_grad()
def _parts_equal_whole(model: LoadedModel, first_block: int) -> bool:
    sequences = probe_sequences(model.module)
    whole = packed_hidden_states(model, sequences)
    try:
        prefix = run_prefix(model, sequences, first_block)
        parts = hidden_states(model, sequences, prefix)
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError):
        return False
    return prefix.states.shape == whole.shape and torch.equal(parts, whole)
