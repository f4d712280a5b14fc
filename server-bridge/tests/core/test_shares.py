"""How micro-batches are dealt out to ranks: each once, and equally many passes for all."""

from __future__ import annotations

import pytest

from midblock_server.core.ranks import ALONE, Ranks
from midblock_server.core.shares import Share, shares
from midblock_server.core.types import Datum

TRAINED, CONTEXT = Datum((1, 2, 3), (0.0, 1.0, 1.0)), Datum((1, 2, 3), (0.0, 0.0, 0.0))
DATA = [TRAINED] * 5 + [CONTEXT]


def dealt(micro_batches: list[list[int]], count: int, *, with_tie: bool = False) -> list[list[Share]]:
    return [list(shares(micro_batches, DATA, Ranks(index, count), with_tie=with_tie)) for index in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_micro_batch_counts_once_and_all_ranks_make_equally_many_passes(count: int) -> None:
    found = dealt([[0, 1], [2], [3], [4]], count)
    assert sorted(list(share.rows) for each in found for share in each if share.counts) == [[0, 1], [2], [3], [4]]
    assert len({len(each) for each in found}) == 1


def test_a_rank_with_nothing_left_goes_along_with_one_row_that_does_not_count() -> None:
    assert dealt([[0, 1]], 2) == [[Share([0, 1], tied=False)], [Share([0], tied=False, counts=False)]]


def test_what_has_no_gradient_is_left_out_for_all() -> None:
    assert list(shares([[5], [0]], DATA, ALONE, with_tie=False)) == [Share([0], tied=False)]
    assert list(shares([[5], [0]], DATA, ALONE, with_tie=True)) == [Share([5], tied=True), Share([0], tied=False)]


def test_ranks_run_the_base_together_where_one_of_them_needs_it() -> None:
    assert dealt([[0], [5]], 2, with_tie=True) == [[Share([0], tied=True)], [Share([5], tied=True)]]
