"""Packed forward pass: many sequences back to back in one row, without padding, as if each were computed alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from midblock_server.core.attention import SPAN_ATTENTION, register_span_attention
from midblock_server.core.rope_limit import batch_safe_tokens
from midblock_server.core.rounding import differs_by_at_most
from midblock_server.core.token_tree import TokenTree

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from midblock_server.core.model import LoadedModel

PROBE_LENGTHS = (5, 9, 2)
PROBE_TOLERANCE = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}
"""Largest norm of the difference, relative to the norm of the states, that counts as rounding."""

_packs: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


def packed_hidden_states(model: LoadedModel, sequences: Sequence[Sequence[int]] | TokenTree) -> Tensor:
    """Runs the decoder over token sequences, each of which sees only itself and counts its positions from 0.

    Gives the hidden states after the final norm, [total tokens, hidden size] in the model's element type, in the order
    of the sequences; differentiable. Sequences must not be empty. A model whose architecture can't be packed (found by
    a probe at the first call, see ``can_pack``) runs them one at a time, with the same result. Of a tree the states are
    those of its rows, see ``TokenTree.run``.
    """
    if isinstance(sequences, TokenTree):
        return sequences.run(model.module)
    longest = max(len(sequence) for sequence in sequences)
    if can_pack(model.module) and longest <= batch_safe_tokens(model.module):
        return _run_packed(model.module, sequences)
    return _run_one_by_one(model.module, sequences)


def can_pack(module: PreTrainedModel) -> bool:
    """Finds out, once a module, whether packing gives what one sequence at a time gives, and prepares it if so.

    It compares both on a few tokens. Where they agree, the module keeps our attention from then on; where they don't,
    or where the architecture refuses it, the module keeps its own. Call it before dropout is switched on.
    """
    if module not in _packs:
        _packs[module] = _adopt_span_attention(module)
    return _packs[module]


def probe_sequences(module: PreTrainedModel) -> list[list[int]]:
    """A few short sequences of tokens that the model has, always the same."""
    vocabulary_size = module.get_input_embeddings().num_embeddings
    return [[(7 * place + 3 * length) % vocabulary_size for place in range(length)] for length in PROBE_LENGTHS]


def is_rounding(found: Tensor, wanted: Tensor) -> bool:
    """Whether states that a probe found differ from the wanted ones by no more than their element type rounds."""
    return differs_by_at_most(PROBE_TOLERANCE.get(wanted.dtype, 0.0), found, wanted)


@torch.no_grad()
def _adopt_span_attention(module: PreTrainedModel) -> bool:
    sequences = probe_sequences(module)
    own_attention = module.config._attn_implementation
    wanted = _run_one_by_one(module, sequences)
    register_span_attention()
    try:
        module.set_attn_implementation(SPAN_ATTENTION)
        found = _run_packed(module, sequences)
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError):
        found = torch.full_like(wanted, float("nan"))
    agrees = is_rounding(found, wanted)
    if not agrees:
        module.set_attn_implementation(own_attention)
    return agrees


def _run_packed(module: PreTrainedModel, sequences: Sequence[Sequence[int]]) -> Tensor:
    device = module.get_input_embeddings().weight.device
    token_ids = torch.tensor([token for sequence in sequences for token in sequence], device=device)
    positions = torch.cat([torch.arange(len(sequence)) for sequence in sequences]).to(device)
    states: Tensor = module.base_model(
        input_ids=token_ids[None], position_ids=positions[None], use_cache=False
    ).last_hidden_state
    return states[0]


def _run_one_by_one(module: PreTrainedModel, sequences: Sequence[Sequence[int]]) -> Tensor:
    return torch.cat([_run_packed(module, [sequence]) for sequence in sequences])
