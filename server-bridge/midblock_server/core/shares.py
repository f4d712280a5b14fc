"""Deals a step's micro-batches out to the ranks, so that all of them make equally many passes through the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from midblock_server.core.micro_batch import context_token_count
from midblock_server.core.ranks import Ranks
from midblock_server.core.types import Datum

MicroBatchRows = Sequence[int]


@dataclass(frozen=True)
class Share:
    """A micro-batch that this rank computes; ``tied`` where the base computes it too.

    One that does not count only keeps the other ranks company: its loss is to be taken times 0.
    """

    rows: MicroBatchRows
    tied: bool
    counts: bool = True


def shares(
    micro_batches: Sequence[MicroBatchRows], data: Sequence[Datum], ranks: Ranks, *, with_tie: bool
) -> Iterator[Share]:
    """This rank's micro-batches, in order. Those with neither loss nor gradient go through no rank's model.

    ``with_tie`` tells that context tokens are tied to the base, which gives them a gradient.
    """
    learning = [rows for rows in micro_batches if _trains(rows, data) or (with_tie and _has_context(rows, data))]
    for start in range(0, len(learning), ranks.count):
        at_once = learning[start : start + ranks.count]
        tied = with_tie and any(_has_context(rows, data) for rows in at_once)
        if ranks.index < len(at_once):
            yield Share(at_once[ranks.index], tied)
        else:
            yield Share(at_once[0][:1], tied, counts=False)


def _trains(rows: MicroBatchRows, data: Sequence[Datum]) -> bool:
    return any(weight != 0 for row in rows for weight in data[row].loss_weights[1:])


def _has_context(rows: MicroBatchRows, data: Sequence[Datum]) -> bool:
    return any(context_token_count(data[row]) > 0 for row in rows)
