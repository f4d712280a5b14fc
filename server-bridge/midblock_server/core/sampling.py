"""Picks next tokens from logits: the likeliest, or drawn at random so that a row never depends on its batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import torch
from torch import Tensor

from midblock_server.core.seeds import derived_seed
from midblock_server.core.types import Sampling

PREFILTER_TOKENS = 1024
"""top_p looks at this many of the likeliest tokens first: sorting a whole vocabulary costs more than the model."""


class RowDraws:
    """Uniform random numbers of one row: number k is a function of the seed, the row's index and k alone."""

    def __init__(self, sampling: Sampling, index: int) -> None:
        self._generator = numpy.random.Generator(numpy.random.PCG64(derived_seed(sampling.seed, f"row {index}")))

    def next(self) -> float:
        """The next number, from 0 up to but not including 1."""
        return float(self._generator.random())


def pick_greedy(logits: Tensor) -> Tensor:
    """The likeliest token of each row [rows, vocabulary]; ties go to the lowest id."""
    # max gives the first of equals as argmax does, four times as fast in bfloat16 on CPU.
    return logits.max(dim=-1).indices


def pick_sampled(logits: Tensor, sampling: Sampling, draws: Sequence[float]) -> Tensor:
    """Draws a token for each row [rows, vocabulary] by its number in [0, 1).

    Temperature first, then top_k, then top_p on what top_k left: the likeliest tokens up to and including the one with
    which their probabilities reach top_p (Holtzman et al. 2020, arXiv 1904.09751, section 3.1).
    """
    scaled = logits.float() / sampling.temperature
    numbers = torch.tensor(draws, dtype=torch.float64, device=logits.device)[:, None]
    if sampling.top_k > 0:
        values, token_ids = scaled.topk(min(sampling.top_k, scaled.shape[-1]), dim=-1)
        return _draw_nucleus(torch.softmax(values, dim=-1), token_ids, sampling.top_p, numbers)
    if sampling.top_p == 1:
        return _draw(torch.softmax(scaled, dim=-1), numbers)
    return _draw_by_top_p(scaled, sampling.top_p, numbers)


def _draw_by_top_p(scaled: Tensor, top_p: float, numbers: Tensor) -> Tensor:
    normalizer = scaled.logsumexp(dim=-1, keepdim=True)
    values, token_ids = scaled.topk(min(PREFILTER_TOKENS, scaled.shape[-1]), dim=-1)
    probabilities = (values - normalizer).exp()
    picked = _draw_nucleus(probabilities, token_ids, top_p, numbers)
    # Row by row, so that one row's flat distribution does not change how another is computed.
    flat = probabilities.sum(dim=-1) < top_p
    if bool(flat.any()):
        values, token_ids = scaled[flat].sort(dim=-1, descending=True, stable=True)
        picked[flat] = _draw_nucleus((values - normalizer[flat]).exp(), token_ids, top_p, numbers[flat])
    return picked


def _draw_nucleus(probabilities: Tensor, token_ids: Tensor, top_p: float, numbers: Tensor) -> Tensor:
    """``probabilities`` fall along each row; ``token_ids`` says whose they are."""
    before = probabilities.cumsum(dim=-1) - probabilities
    kept = torch.where(before < top_p, probabilities, 0.0)
    return token_ids.gather(1, _draw(kept, numbers)[:, None])[:, 0]


def _draw(probabilities: Tensor, numbers: Tensor) -> Tensor:
    """Inverts the cumulative distribution. The rows need not sum to 1."""
    cumulative = probabilities.cumsum(dim=-1, dtype=torch.float64)
    picked = torch.searchsorted(cumulative, numbers * cumulative[:, -1:], right=True)[:, 0]
    return picked.clamp(max=probabilities.shape[-1] - 1)
