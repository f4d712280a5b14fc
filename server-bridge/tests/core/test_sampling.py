"""Draws follow the distribution that temperature, top_k and top_p leave."""

from __future__ import annotations

import pytest
import torch

from midblock_server.core import sampling as sampling_module
from midblock_server.core.sampling import RowDraws, pick_greedy, pick_sampled
from midblock_server.core.types import Sampling

PROBABILITIES = torch.tensor([0.05, 0.4, 0.1, 0.25, 0.2])
EVENLY = [(number + 0.5) / 1000 for number in range(1000)]


def shares(sampling: Sampling) -> list[float]:
    picked = pick_sampled(PROBABILITIES.log().expand(1000, -1), sampling, EVENLY)
    return (torch.bincount(picked, minlength=5) / 1000).tolist()


@pytest.mark.parametrize("prefilter", [1, 3, 1024])
@pytest.mark.parametrize(
    ("sampling", "wanted"),
    [
        (Sampling(1.0, 1.0, 0, 0), [0.05, 0.4, 0.1, 0.25, 0.2]),
        (Sampling(1.0, 1.0, 2, 0), [0, 0.4 / 0.65, 0, 0.25 / 0.65, 0]),
        (Sampling(1.0, 0.7, 0, 0), [0, 0.4 / 0.85, 0, 0.25 / 0.85, 0.2 / 0.85]),
        (Sampling(1.0, 0.3, 0, 0), [0, 1, 0, 0, 0]),
        (Sampling(1.0, 0.7, 2, 0), [0, 0.4 / 0.65, 0, 0.25 / 0.65, 0]),
        (Sampling(1.0, 0.6, 2, 0), [0, 1, 0, 0, 0]),
        (Sampling(0.01, 1.0, 0, 0), [0, 1, 0, 0, 0]),
        (Sampling(0.5, 1.0, 3, 0), [0, 0.16 / 0.2625, 0, 0.0625 / 0.2625, 0.04 / 0.2625]),
    ],
)
def test_shares_of_evenly_spread_draws(
    sampling: Sampling, wanted: list[float], prefilter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling_module, "PREFILTER_TOKENS", prefilter)
    assert shares(sampling) == pytest.approx(wanted, abs=0.0021)


def test_greedy_ties_go_to_the_lowest_id() -> None:
    assert pick_greedy(torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])).tolist() == [1, 0]


def test_draws_are_uniform_and_differ_between_rows_and_seeds() -> None:
    settings = Sampling(1.0, 1.0, 0, 5)
    first, second, other = RowDraws(settings, 0), RowDraws(settings, 1), RowDraws(Sampling(1.0, 1.0, 0, 6), 0)
    numbers = torch.tensor([[draws.next() for _ in range(2000)] for draws in (first, second, other)])
    assert torch.all((numbers >= 0) & (numbers < 1))
    assert numbers.mean(dim=1).tolist() == pytest.approx([0.5] * 3, abs=0.03)
    assert len({tuple(row.tolist()) for row in numbers}) == 3
    assert torch.corrcoef(numbers).triu(1).abs().max() < 0.1
