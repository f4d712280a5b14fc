"""A micro-batch: examples back to back, and the positions among them that predict a trained token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from midblock_server.core.types import Datum


@dataclass(frozen=True, eq=False)
class MicroBatch:
    """The hidden states at ``positions`` [n] of all tokens in a row predict ``labels`` [n], with ``weights`` [n]; those
    at ``context_positions`` [m] predict tokens that are not trained."""

    sequences: tuple[tuple[int, ...], ...]
    positions: torch.Tensor
    labels: torch.Tensor
    weights: torch.Tensor
    context_positions: torch.Tensor

    @property
    def token_count(self) -> int:
        return sum(len(sequence) for sequence in self.sequences)

    @property
    def trained_token_count(self) -> int:
        return len(self.labels)


def make_micro_batch(data: Sequence[Datum], device: torch.device) -> MicroBatch:
    """A label at place t of an example is predicted from place t - 1; so an example's first token is never a label."""
    token_ids = torch.tensor([token for datum in data for token in datum.token_ids])
    weights = torch.tensor([weight for datum in data for weight in (0.0, *datum.loss_weights[1:])], dtype=torch.float32)
    trained = weights.nonzero().flatten()
    is_label = torch.tensor([place > 0 for datum in data for place in range(len(datum.token_ids))])
    context = (is_label & (weights == 0)).nonzero().flatten()
    return MicroBatch(
        sequences=tuple(datum.token_ids for datum in data),
        positions=(trained - 1).to(device),
        labels=token_ids[trained].to(device),
        weights=weights[trained].to(device),
        context_positions=(context - 1).to(device),
    )


def trained_weight(datum: Datum) -> float:
    """Sum of the loss weights of an example's labels: all its tokens but the first."""
    return sum(datum.loss_weights[1:])


def context_token_count(datum: Datum) -> int:
    """Labels of an example that are not trained: what a tie to the base holds."""
    return sum(weight == 0 for weight in datum.loss_weights[1:])
