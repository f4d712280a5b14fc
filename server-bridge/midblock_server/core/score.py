"""Scores given tokens: log-probabilities, whether each was the likeliest, and KL divergence from the base model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from midblock_server.core.block_range import can_split, hidden_states, run_prefix
from midblock_server.core.errors import CancelledError
from midblock_server.core.head import CHUNK_ROWS, logits
from midblock_server.core.model import LoadedModel
from midblock_server.core.packed import packed_hidden_states
from midblock_server.core.request_check import check_score_request
from midblock_server.core.sampling import pick_greedy
from midblock_server.core.session import ModelSession
from midblock_server.core.types import ScoreRequest, ScoreSequence, SequenceScore

BATCH_TOKENS = 2048
"""Most tokens packed into one forward pass, after which others get a turn. A longer sequence goes alone."""


def score(
    session: ModelSession, weights: Path | None, request: ScoreRequest, cancelled: Callable[[], bool]
) -> Iterator[SequenceScore]:
    """Scores sequences with the base model (``weights`` None) or a checkpoint's weights, in the order of the request.

    Logarithms are natural and softmax is float32. KL is KL(base || weights) in nats for each scored position, computed
    from both models in one turn; for the base itself it is exactly 0. Raises RequestError before the first result, and
    CancelledError between batches once ``cancelled`` says so.
    """
    check_score_request(session.model, request)
    for batch in _batches(request.sequences):
        if cancelled():
            raise CancelledError("cancelled", "The scoring was cancelled.")
        sequences = [request.sequences[index] for index in batch]
        with session.turn(weights) as model, torch.no_grad():
            if request.kl_from_base and weights is not None:
                states, base_states = _with_base_states(session, model, sequences)
            else:
                states, base_states = packed_hidden_states(model, [each.token_ids for each in sequences]), None
            columns = _score_rows(model, sequences, states, base_states)
        yield from _results(batch, sequences, columns, request.kl_from_base)


def _with_base_states(
    session: ModelSession, model: LoadedModel, sequences: Sequence[ScoreSequence]
) -> tuple[Tensor, Tensor]:
    """The states of the turn's weights and of the base. What lies below the lowest changed block is run once."""
    tokens = [each.token_ids for each in sequences]
    first_block = session.first_changed_block()
    prefix = run_prefix(model, tokens, first_block) if can_split(model, first_block) else None
    states = hidden_states(model, tokens, prefix)
    with session.base() as base:
        return states, hidden_states(base, tokens, prefix)


def _batches(sequences: Sequence[ScoreSequence]) -> Iterator[list[int]]:
    batch: list[int] = []
    tokens = 0
    for index, sequence in enumerate(sequences):
        if batch and tokens + len(sequence.token_ids) > BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(index)
        tokens += len(sequence.token_ids)
    if batch:
        yield batch


def _score_rows(
    model: LoadedModel, sequences: Sequence[ScoreSequence], states: Tensor, base_states: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Gives log-probability, greedy flag and KL of all scored tokens of the batch, each [scored tokens], on CPU."""
    rows, labels = _scored_positions(sequences)
    rows, labels = rows.to(states.device), labels.to(states.device)
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


def _scored_positions(sequences: Sequence[ScoreSequence]) -> tuple[Tensor, Tensor]:
    """Rows of the packed states that predict a scored token, and those tokens."""
    rows: list[int] = []
    labels: list[int] = []
    start = 0
    for sequence in sequences:
        rows.extend(range(start + sequence.first - 1, start + len(sequence.token_ids) - 1))
        labels.extend(sequence.token_ids[sequence.first :])
        start += len(sequence.token_ids)
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
