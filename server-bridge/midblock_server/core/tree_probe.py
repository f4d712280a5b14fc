"""Finds out whether an architecture can compute what sequences have in common once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from midblock_server.core.packed import can_pack, is_rounding
from midblock_server.core.rope_limit import batch_safe_tokens
from midblock_server.core.token_tree import TokenTree, grow_tree

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BEGINNING = (3, 1, 4, 1, 5, 9, 2, 6)
ENDINGS = ((7, 8), (7, 2), (4,), ())

_found: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


def can_share_tokens(module: PreTrainedModel, longest: int) -> bool:
    """Finds out, once a module, whether a tree gives the hidden states that each sequence alone gives.

    It compares both on a few tokens. ``longest`` is the longest sequence to come, in tokens: rotary embeddings that
    change with it need it alone. Like ``can_pack``, which it calls first, it may leave the module with our attention.
    """
    if module not in _found:
        _found[module] = can_pack(module) and _agrees(module)
    return _found[module] and longest <= batch_safe_tokens(module)


@torch.no_grad()
def _agrees(module: PreTrainedModel) -> bool:
    vocabulary_size = module.get_input_embeddings().num_embeddings
    sequences = [[token % vocabulary_size for token in (*BEGINNING, *ending)] for ending in ENDINGS]
    device = module.get_input_embeddings().weight.device
    tree = grow_tree(sequences)
    try:
        states = tree.run(module)
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError):
        return False
    alone = [module.base_model(input_ids=torch.tensor([each], device=device), use_cache=False) for each in sequences]
    wanted = torch.cat([each.last_hidden_state[0] for each in alone])
    return is_rounding(of_sequences(tree, states), wanted)


def of_sequences(tree: TokenTree, states: Tensor) -> Tensor:
    """The states of each sequence's own tokens, [total tokens, hidden size], from those of the tree's rows."""
    return torch.cat([states[path] for path in tree.paths])
