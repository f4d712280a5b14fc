"""Rows of made-up tokens of given lengths, for trying out what a training of such rows needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midblock_server.core.errors import SpecificationError
from midblock_server.core.types import Datum

_STRIDE = 7919
"""A prime beyond which neighbouring tokens are far apart in the vocabulary, as they are in texts."""


def made_up_rows(lengths: Sequence[int], trained_tokens: int, vocabulary_size: int) -> list[Datum]:
    """One row a length, with so many trained tokens in all: the last ones of the first rows, as answers are.

    A row's first token is never trained. Raises SpecificationError("dataset-invalid") where they can't be so many.
    """
    most = sum(max(0, length - 1) for length in lengths)
    if not lengths or min(lengths) < 1 or not 1 <= trained_tokens <= most:
        raise SpecificationError(
            "dataset-invalid",
            "There is no micro-batch of such lengths.",
            found=f"sequence_tokens {list(lengths)}, trained_tokens {trained_tokens}",
            wanted=f"lengths of 1 or more, and 1 to {most} trained tokens: all but the first of each sequence at most",
        )
    trained = _shared_out(trained_tokens, lengths)
    return [
        Datum(made_up_tokens(length, row, vocabulary_size), (0.0,) * (length - count) + (1.0,) * count)
        for row, (length, count) in enumerate(zip(lengths, trained, strict=True))
    ]


def made_up_tokens(count: int, row: int, vocabulary_size: int) -> tuple[int, ...]:
    """Tokens spread over the vocabulary, other ones in each row and the same at each call."""
    return tuple((_STRIDE * (place + 1) + row) % vocabulary_size for place in range(count))


def _shared_out(total: int, lengths: Sequence[int]) -> Iterator[int]:
    for length in lengths:
        count = min(total, max(0, length - 1))
        total -= count
        yield count
