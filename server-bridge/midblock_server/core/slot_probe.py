"""Finds out whether an architecture's keys and values can be held in slots."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from midblock_server.core.key_value_slots import KeyValueSlots
from midblock_server.core.packed import can_pack, is_rounding

if TYPE_CHECKING:
    from transformers import PreTrainedModel

PROBE_ROWS = ([3, 1, 4, 1, 5, 9, 2, 6], [3, 1, 4, 7, 8, 2], [3, 1, 5, 6, 2])
PREFIX_TOKENS = 2
LATER_TOKENS = 2
"""Tokens at the end of each row that come one at a time."""

_found: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


def can_use_slots(module: PreTrainedModel) -> bool:
    """Finds out, once a module, whether slots give the hidden states that each row alone gives.

    It compares both on a few tokens, a prefix and a row that leaves included. Like ``can_pack``, which it calls first,
    it may leave the module with our attention.
    """
    if module not in _found:
        _found[module] = can_pack(module) and _agrees(module)
    return _found[module]


@torch.no_grad()
def _agrees(module: PreTrainedModel) -> bool:
    vocabulary_size = module.get_input_embeddings().num_embeddings
    rows = [[token % vocabulary_size for token in row] for row in PROBE_ROWS]
    device = module.get_input_embeddings().weight.device
    try:
        found = _by_slots(module, rows)
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError):
        return False
    alone = [module.base_model(input_ids=torch.tensor([row], device=device), use_cache=False) for row in rows]
    wanted = torch.stack([each.last_hidden_state[0, -1] for each in alone])
    return is_rounding(found, wanted)


def _by_slots(module: PreTrainedModel, rows: list[list[int]]) -> Tensor:
    slots = KeyValueSlots()
    slots.read_prefix(module, rows[0][:PREFIX_TOKENS])
    leaving, *staying = [rows[0], *rows]
    slots.add(module, [row[PREFIX_TOKENS:-LATER_TOKENS] for row in (leaving, *staying)])
    slots.remove(0)  # the last row moves to its place
    order = [len(rows) - 1, *range(len(rows) - 1)]
    for place in range(-LATER_TOKENS, 0):
        states = slots.step(module, [rows[row][place] for row in order])
    restored = torch.empty_like(states)
    restored[order] = states
    return restored
