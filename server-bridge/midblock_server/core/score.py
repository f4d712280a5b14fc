"""Scores given tokens: log-probabilities, whether each was the likeliest, and KL divergence from the base model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import torch
from torch import Tensor

from midblock_server.core.block_range import Prefix, can_split, hidden_states, run_prefix
from midblock_server.core.errors import CancelledError
from midblock_server.core.head import CHUNK_ROWS, logits
from midblock_server.core.model import LoadedModel
from midblock_server.core.passes_below import PassesBelow, passes_below
from midblock_server.core.request_check import check_score_request
from midblock_server.core.sampling import pick_greedy
from midblock_server.core.session import ModelSession
from midblock_server.core.token_tree import TokenTree, grow_tree, shared_tokens
from midblock_server.core.tree_probe import can_share_tokens
from midblock_server.core.types import ScoreRequest, ScoreSequence, SequenceScore
from midblock_server.core.wide_products import wide_products

BATCH_TOKENS = 2048
"""Most tokens computed in one forward pass, after which others get a turn. A longer sequence goes alone."""


def score(
    session: ModelSession, weights: Path | None, request: ScoreRequest, cancelled: Callable[[], bool]
) -> Iterator[SequenceScore]:
    """Scores sequences with the base model (``weights`` None) or a checkpoint's weights, in the order of the request.

    What neighbours begin with, such as a question before its choices, is computed once. Logarithms are natural and
    softmax is float32. KL is KL(base || weights) in nats for each scored position, computed from both models in one
    turn; for the base itself it is exactly 0. What the blocks below ``request.shared_prefix`` make of the tokens is
    kept, or taken from what is. Raises RequestError before the first result, and CancelledError between batches once
    ``cancelled`` says so.
    """
    check_score_request(session.model, request)
    for batch in _batches(request.sequences):
        if cancelled():
            raise CancelledError("cancelled", "The scoring was cancelled.")
        sequences = [request.sequences[index] for index in batch]
        with session.turn(weights) as model, wide_products(model.module), torch.no_grad():
            below = passes_below(session, weights, request.shared_prefix)
            tokens, paths = _to_run(model, sequences)
            if request.kl_from_base and weights is not None:
                states, base_states = _with_base_states(session, model, tokens, below)
            else:
                states, base_states = (
                    hidden_states(model, tokens, None if below is None else below.prefix(model, tokens)),
                    None,
                )
            columns = _score_rows(model, _scored_positions(sequences, paths), states, base_states)
        yield from _results(batch, sequences, columns, request.kl_from_base)


def _to_run(
    model: LoadedModel, sequences: Sequence[ScoreSequence]
) -> tuple[Sequence[Sequence[int]] | TokenTree, Sequence[Sequence[int]]]:
    """What to run, and of each sequence the rows in it of all its tokens but the last, which predicts nothing."""
    tokens = [each.token_ids[:-1] for each in sequences]
    if can_share_tokens(model.module, max(len(each) for each in tokens)):
        tree = grow_tree(tokens)
        if tree.is_shared:
            return tree, tree.paths
    ends = [0, *accumulate(len(each) for each in tokens)]
    return tokens, [range(start, end) for start, end in pairwise(ends)]


def _with_base_states(
    session: ModelSession, model: LoadedModel, tokens: Sequence[Sequence[int]] | TokenTree, below: PassesBelow | None
) -> tuple[Tensor, Tensor]:
    """The states of the turn's weights and of the base. What lies below the lowest changed block is run once."""
    first_block = session.first_changed_block()
    with session.base() as base:
        if below is not None and below.first_block == first_block:
            prefix: Prefix | None = below.prefix(base, tokens)
        else:
            prefix = run_prefix(base, tokens, first_block) if can_split(base, first_block) else None
        base_states = hidden_states(base, tokens, prefix)
    return hidden_states(model, tokens, prefix), base_states


def _batches(sequences: Sequence[ScoreSequence]) -> Iterator[list[int]]:
    """Neighbours in the order of the request, whose tokens are counted without what each shares with the one before."""
    batch: list[int] = []
    tokens = 0
    for index, sequence in enumerate(sequences):
        count = len(sequence.token_ids) - 1
        before = sequences[batch[-1]].token_ids[:-1] if batch else ()
        own = count - shared_tokens(before, sequence.token_ids[:-1])
        if batch and tokens + own > BATCH_TOKENS:
            yield batch
            batch, tokens, own = [], 0, count
        batch.append(index)
        tokens += own
    if batch:
        yield batch


def _score_rows(
    model: LoadedModel, scored: tuple[Tensor, Tensor], states: Tensor, base_states: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Gives log-probability, greedy flag and KL of all scored tokens of the batch, each [scored tokens], on CPU."""
    rows, labels = (each.to(states.device) for each in scored)
    parts = []
    for chunk_rows, chunk_labels in zip(torch.split(rows, CHUNK_ROWS), torch.split(labels, CHUNK_ROWS), strict=True):
        raw = logits(model, states[chunk_rows])
        log_probabilities = torch.log_softmax(raw, dim=-1, dtype=torch.float32)
        picked = log_probabilities.gather(1, chunk_labels[:, None])[:, 0]
        kl = torch.zeros_like(picked)
        if base_states is not None:
            base = torch.log_softmax(logits(model, base_states[chunk_rows]), dim=-1, dtype=torch.float32)
            kl = (base.exp() * (base - log_probabilities)).sum(dim=-1)
        parts.append((picked.cpu(), (pick_greedy(raw) == chunk_labels).cpu(), kl.cpu()))
    picked, greedy, kl = (torch.cat(column) for column in zip(*parts, strict=True))
    return picked, greedy, kl


def _scored_positions(sequences: Sequence[ScoreSequence], paths: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Rows of the states that predict a scored token, and those tokens."""
    rows = [row for sequence, path in zip(sequences, paths, strict=True) for row in path[sequence.first - 1 :]]
    labels = [token for sequence in sequences for token in sequence.token_ids[sequence.first :]]
    return torch.tensor(rows), torch.tensor(labels)


def _results(
    batch: Sequence[int],
    sequences: Sequence[ScoreSequence],
    columns: tuple[Tensor, Tensor, Tensor],
    with_kl: bool,
) -> Iterator[SequenceScore]:
    counts = [len(sequence.token_ids) - sequence.first for sequence in sequences]
    for index, picked, greedy, kl in zip(batch, *(torch.split(column, counts) for column in columns), strict=True):
        yield SequenceScore(
            index=index,
            log_probabilities=tuple(picked.tolist()),
            is_greedy=tuple(greedy.tolist()),
            kl_from_base=tuple(kl.tolist()) if with_kl else (),
        )
