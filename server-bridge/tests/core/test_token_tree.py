"""Sequences in a tree get the hidden states that each alone gets, and what they share stands there once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, LONG_ROPE, load_pair

from midblock_server.core import token_tree
from midblock_server.core.token_tree import grow_tree, shared_tokens
from midblock_server.core.tree_probe import can_share_tokens, of_sequences

SYSTEM = [5, 17, 300, 41, 9, 77, 8, 120]
FIRST = [*SYSTEM, 33, 250, 6, 19, 4]
SEQUENCES = [
    [*FIRST, 260, 2, 9],
    [7, 8, 9, 10],
    [*SYSTEM, 33, 251, 44, 45, 46, 47],
    [*FIRST, 260, 3],
    FIRST,
    [*FIRST, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    [*FIRST, 260, 2, 9],
    [*SYSTEM, 400, 401],
]


@pytest.fixture(params=[1, 12, 128])
def together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Branches go stretch by stretch, some of them together, or all at once."""
    monkeypatch.setattr(token_tree, "TOGETHER_TOKENS", request.param)


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_states_equal_those_of_each_sequence_alone(
    family: str,
    changes: dict[str, Any],
    tiny_model: Callable[..., Path],
    tmp_path: Path,
) -> None:
    pair = load_pair(tiny_model(family), changes, tmp_path)
    assert can_share_tokens(pair.ours.module, 16)
    tree = grow_tree(SEQUENCES)
    with torch.no_grad():
        found = of_sequences(tree, tree.run(pair.ours.module))
        alone = [pair.plain.base_model(input_ids=torch.tensor([each])).last_hidden_state[0] for each in SEQUENCES]
    torch.testing.assert_close(found, torch.cat(alone), rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("together")
def test_a_tree_has_what_is_shared_once_and_its_stretches_are_all_rows() -> None:
    tree = grow_tree(SEQUENCES)
    assert [[tree.token_ids[row] for row in path] for path in tree.paths] == SEQUENCES
    assert [[tree.positions[row] for row in path] for path in tree.paths] == [list(range(len(s))) for s in SEQUENCES]
    assert len(tree.token_ids) == len(FIRST) + (3 + 1) + 9 + 5 + 2 + 4
    assert tree.is_shared
    ends = [end for _, end in tree.stretches]
    assert [0, *ends] == [begin for begin, _ in tree.stretches] + [len(tree.token_ids)]


def test_a_few_tokens_in_common_are_not_shared() -> None:
    assert shared_tokens([*SYSTEM[:7], 1], [*SYSTEM[:7], 2]) == 0
    assert shared_tokens([*SYSTEM, 1], [*SYSTEM, 2]) == 8
    assert shared_tokens([*SYSTEM, 1], [*SYSTEM, *[2] * 60]) == 0
    assert not grow_tree([[5, 6], [5, 7]]).is_shared


def test_frequencies_that_change_with_the_length_keep_sequences_whole(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    module = load_pair(tiny_model("llama"), LONG_ROPE, tmp_path).ours.module
    assert can_share_tokens(module, 10)
    assert not can_share_tokens(module, 11)


def test_an_architecture_that_drops_what_it_does_not_know_keeps_sequences_whole(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    module = load_pair(tiny_model("llama"), {}, tmp_path).ours.module
    own_forward = module.base_model.forward

    @wraps(own_forward)
    def forward(*, slots: Any = None, **named: Any) -> Any:
        return own_forward(**named)

    module.base_model.forward = forward
    assert not can_share_tokens(module, 10)
