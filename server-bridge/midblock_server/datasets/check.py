"""Checks every row of a data set and counts what is in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from midblock_server.datasets.rows import Bytes, parse_row, row_spans
from midblock_server.engine import Model
from midblock_server.faults import Faults


@dataclass(frozen=True)
class RowBounds:
    """What the loaded model allows in a row."""

    vocabulary_size: int
    max_sequence_tokens: int

    @staticmethod
    def of(model: Model) -> RowBounds:
        return RowBounds(model.card.vocabulary_size, model.max_sequence_tokens)


@dataclass(frozen=True)
class DatasetFacts:
    """What a complete data set holds."""

    datum_count: int
    token_count: int
    trained_token_count: int


def check_rows(data: Bytes, bounds: RowBounds | None) -> DatasetFacts:
    """Counts the rows; ``bounds`` None: no model is known yet, so only what holds for all models is checked.

    Raises ``MidblockServerError`` ("dataset-invalid") that lists all faults by row, counted from 0.
    """
    faults = Faults()
    rows = tokens = trained = 0
    for row, (start, end) in enumerate(row_spans(data)):
        datum = parse_row(data, start, end, row)
        token_ids, weights = list(datum.token_ids), list(datum.loss_weights)
        _check_row(row, token_ids, weights, bounds, faults)
        rows += 1
        tokens += len(token_ids)
        trained += len(weights) - weights.count(0.0) - (1 if weights and weights[0] != 0 else 0)
    faults.require(rows > 0, "data set", "no rows", "at least one")
    faults.raise_if_any("dataset-invalid", "The data set does not pass", "Prepare the data with this model's card.")
    return DatasetFacts(rows, tokens, trained)


def _check_row(row: int, token_ids: list[int], weights: list[float], bounds: RowBounds | None, faults: Faults) -> None:
    where = f"row {row}"
    if len(token_ids) != len(weights):
        faults.add(where, f"{len(token_ids)} token ids and {len(weights)} loss weights", "as many of each")
    if not token_ids:
        faults.add(where, "no tokens", "at least one")
    # A sum is finite only where every float32 in it is; one pass in C instead of a test for each.
    if weights and not (math.isfinite(sum(weights)) and min(weights) >= 0):
        faults.add(where, "a loss weight that is negative or not finite", "finite weights of 0 or more")
    if bounds is None or not token_ids:
        return
    if max(token_ids) >= bounds.vocabulary_size:
        faults.add(where, f"token id {max(token_ids)}", f"ids below the vocabulary size {bounds.vocabulary_size}")
    if len(token_ids) > bounds.max_sequence_tokens:
        faults.add(where, f"{len(token_ids)} tokens", f"at most {bounds.max_sequence_tokens}")
