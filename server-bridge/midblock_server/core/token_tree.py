"""Sequences that begin alike as one tree of tokens: what they have in common is computed once.

A tree is one row of tokens, depth first, as packed sequences are; each token has the position that it has in its
sequence, and attends to those before it on its own branch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from midblock_server.core.slot_attention import Attending, attend_span

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SMALLEST_SHARED = 8
"""Tokens that sequences must have in common for it to be worth a stretch of its own."""

SMALLEST_SHARE = 1 / 8
"""The same as a share of the sequence: masked attention over a long one costs more than a few tokens save."""

TOGETHER_TOKENS = 128
"""Most tokens of branches that attend in one product under a mask. Larger ones go stretch by stretch."""


@dataclass(frozen=True, eq=False)
class TokenTree:
    """``ends[row]`` is the end of the branch that grows from the token in that row: rows up to it may attend to it.

    ``paths`` has for each sequence the rows of its tokens.
    """

    token_ids: list[int]
    positions: list[int]
    ends: list[int]
    paths: list[list[int]]

    @property
    def is_shared(self) -> bool:
        """Whether any two sequences have a row in common."""
        return len(self.token_ids) < sum(len(path) for path in self.paths)

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """Rows that attend together, as begin and end: whole branches where they are small, else up to a fork."""
        found: list[tuple[int, int]] = []
        begin = 0
        while begin < len(self.ends):
            end = branch_end = self.ends[begin]
            if branch_end - begin > TOGETHER_TOKENS:
                end = next((row for row in range(begin, branch_end) if self.ends[row] != branch_end), branch_end)
            found.append((begin, end))
            begin = end
        return found

    def run(self, module: PreTrainedModel) -> Tensor:
        """Hidden states of all rows after the final norm, [rows, hidden size], in the model's element type.

        Where a row's token stands in several sequences, these are its states in each. Needs a model of which
        ``can_share_tokens`` says so.
        """
        device = module.get_input_embeddings().weight.device
        states: Tensor = module.base_model(
            input_ids=torch.tensor([self.token_ids], device=device),
            position_ids=torch.tensor([self.positions], device=device),
            use_cache=False,
            slots=TreeAttention(self, device),
        ).last_hidden_state
        return states[0]


class TreeAttention:
    """The attention of one pass over a tree; its masks are made once for all blocks."""

    def __init__(self, tree: TokenTree, device: torch.device) -> None:
        self._stretches = tree.stretches
        self._positions = torch.tensor(tree.positions, device=device)
        self._ends = torch.tensor(tree.ends, device=device)
        self._keys = [self._visible_rows(*stretch) for stretch in self._stretches]
        self._biases: dict[int | None, list[Tensor]] = {}

    def attend(self, block: nn.Module, query: Tensor, key: Tensor, value: Tensor, how: Attending) -> Tensor:
        """Attention of one block: [1, heads, rows, size] in and out; keys and values may have fewer heads."""
        if how.window not in self._biases:
            stretches = zip(self._stretches, self._keys, strict=True)
            self._biases[how.window] = [self._bias(*rows, keys, how.window, query) for rows, keys in stretches]
        outputs = [
            attend_span(query[:, :, begin:end], key[:, :, keys], value[:, :, keys], bias, how)
            for (begin, end), keys, bias in zip(self._stretches, self._keys, self._biases[how.window], strict=True)
        ]
        return torch.cat(outputs, dim=2)

    def _visible_rows(self, begin: int, end: int) -> Tensor:
        """Rows of the branch before the stretch, and its own."""
        before = (self._ends[:begin] > begin).nonzero().flatten()
        return torch.cat([before, torch.arange(begin, end, device=before.device)])

    def _bias(self, begin: int, end: int, keys: Tensor, window: int | None, like: Tensor) -> Tensor:
        """What is added to the scores of a stretch, [its rows, keys]: 0 where a row may look."""
        rows = torch.arange(begin, end, device=keys.device)[:, None]
        visible = (keys <= rows) & (rows < self._ends[keys])
        if window is not None:
            visible &= self._positions[rows] - self._positions[keys] < window
        return torch.zeros_like(visible, dtype=like.dtype).masked_fill_(~visible, torch.finfo(like.dtype).min)


def grow_tree(sequences: Sequence[Sequence[int]]) -> TokenTree:
    """Puts sequences, none of them empty, into a tree; ``paths`` are in their order."""
    token_ids: list[int] = []
    positions: list[int] = []
    ends: list[int] = []
    paths: list[list[int]] = [[] for _ in sequences]
    path: list[int] = []
    before: Sequence[int] = ()
    # In this order neighbours have the most in common.
    for index in sorted(range(len(sequences)), key=lambda index: list(sequences[index])):
        sequence = sequences[index]
        shared = shared_tokens(before, sequence)
        for row in path[shared:]:
            ends[row] = len(token_ids)
        path = [*path[:shared], *range(len(token_ids), len(token_ids) + len(sequence) - shared)]
        token_ids += sequence[shared:]
        positions += range(shared, len(sequence))
        ends += [0] * (len(sequence) - shared)
        paths[index], before = path, sequence
    for row in path:
        ends[row] = len(token_ids)
    return TokenTree(token_ids, positions, ends, paths)


def shared_tokens(one: Sequence[int], other: Sequence[int]) -> int:
    """Tokens at the beginning of both that are worth computing once; 0 where there are few."""
    shortest = min(len(one), len(other))
    common = next((place for place in range(shortest) if one[place] != other[place]), shortest)
    return common if common >= max(SMALLEST_SHARED, SMALLEST_SHARE * len(other)) else 0
