"""A model run in two parts gives, bit for bit, what it gives when it is run whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, LONG_ROPE, load_pair
from torch import Tensor

from midblock_server.core.block_range import can_split, hidden_states, run_prefix
from midblock_server.core.model import LoadedModel
from midblock_server.core.packed import packed_hidden_states

SEQUENCES = [[5, 17, 300, 41, 9, 77, 8, 120, 33, 250, 6], [260, 2, 19], [44], [7, 8, 9, 10, 11, 12, 13]]
BLOCKS = 6


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(("family", "changes"), [*FAMILIES, ("llama", LONG_ROPE)])
def test_parts_give_what_the_whole_gives(
    *, family: str, changes: dict[str, Any], dtype: str, tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    model = load_pair(tiny_model(family), changes, tmp_path, dtype=dtype).ours
    whole = packed_hidden_states(model, SEQUENCES)
    for first_block in range(1, BLOCKS):
        assert can_split(model, first_block)
        prefix = run_prefix(model, SEQUENCES, first_block)
        assert torch.equal(hidden_states(model, SEQUENCES, prefix), whole)
    assert not can_split(model, 0)


def test_no_block_runs_twice(load: Callable[..., LoadedModel], tiny_model: Callable[..., Path]) -> None:
    model = load(tiny_model())
    run: list[int] = []
    for index, block in enumerate(model.blocks.modules):
        block.get_submodule("mlp").register_forward_pre_hook(lambda *_, index=index: run.append(index))
    assert can_split(model, 2)
    run.clear()
    prefix = run_prefix(model, SEQUENCES, 2)
    assert run == [0, 1]
    hidden_states(model, SEQUENCES, prefix)
    assert run == [0, 1, 2, 3, 4, 5]
    packed_hidden_states(model, SEQUENCES)
    assert run == [0, 1, 2, 3, 4, 5] * 2


def test_blocks_that_know_more_than_the_hidden_states_are_not_split(
    load: Callable[..., LoadedModel], tiny_model: Callable[..., Path]
) -> None:
    """Here block 4 adds what block 1 made: its input alone does not tell what it computes."""
    model = load(tiny_model())
    made: list[Tensor] = []
    lower, upper = (model.blocks.modules[index].get_submodule("mlp") for index in (1, 4))
    lower.register_forward_hook(lambda _module, _inputs, output: made.append(output))
    upper.register_forward_hook(lambda _module, _inputs, output: output + made[-1].mean())
    assert not can_split(model, 3)
