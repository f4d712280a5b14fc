"""Packed hidden states equal those of each sequence alone, through the architecture's own attention."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, LONG_ROPE, each_alone, load_pair
from torch import Tensor

from midblock_server.core.attention import SPAN_ATTENTION
from midblock_server.core.packed import _run_packed, can_pack, packed_hidden_states

SEQUENCES = [[5, 17, 300, 41, 9, 77, 8, 120, 33, 250, 6], [260, 2, 19], [44], [7, 8, 9, 10, 11, 12, 13]]


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_equals_each_sequence_alone(
    family: str, changes: dict[str, Any], tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model(family), changes, tmp_path)
    found = packed_hidden_states(pair.ours, SEQUENCES)
    torch.testing.assert_close(found, each_alone(pair.plain, SEQUENCES), rtol=1e-5, atol=1e-5)
    assert can_pack(pair.ours.module)
    assert pair.ours.module.config._attn_implementation == SPAN_ATTENTION
    assert pair.plain.config._attn_implementation != SPAN_ATTENTION


def test_sequences_long_enough_to_change_the_rotary_embedding_go_alone(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model("llama"), LONG_ROPE, tmp_path)
    found, wanted = packed_hidden_states(pair.ours, SEQUENCES), each_alone(pair.plain, SEQUENCES)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    assert can_pack(pair.ours.module)
    long, short = SEQUENCES[0], SEQUENCES[3]
    assert not torch.allclose(
        _run_packed(pair.ours.module, [long, short])[len(long) :], wanted[-len(short) :], atol=1e-3
    )


@pytest.mark.parametrize(
    ("family", "changes"), [("llama", {}), ("gemma2", {"sliding_window": 4, "attn_logit_softcapping": 2.0})]
)
def test_in_bfloat16_it_is_as_near_to_the_truth_as_each_sequence_alone(
    family: str, changes: dict[str, Any], tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tiny_model(family)
    truth = each_alone(load_pair(folder, changes, tmp_path / "float32").plain, SEQUENCES)
    pair = load_pair(folder, changes, tmp_path / "bfloat16", dtype="bfloat16")
    packed_error = (packed_hidden_states(pair.ours, SEQUENCES).float() - truth).norm()
    alone_error = (each_alone(pair.plain, SEQUENCES).float() - truth).norm()
    assert packed_error <= 1.3 * alone_error
    assert can_pack(pair.ours.module)


def test_an_architecture_that_ignores_positions_runs_one_sequence_at_a_time(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    own_forward = pair.ours.module.base_model.forward

    def forward(input_ids: Tensor, position_ids: Tensor, use_cache: bool) -> Any:
        return own_forward(input_ids=input_ids, use_cache=use_cache)

    pair.ours.module.base_model.forward = forward
    found = packed_hidden_states(pair.ours, SEQUENCES)
    assert not can_pack(pair.ours.module)
    assert pair.ours.module.config._attn_implementation == pair.plain.config._attn_implementation
    torch.testing.assert_close(found, each_alone(pair.plain, SEQUENCES), rtol=1e-5, atol=1e-5)
