"""Foretells rows that repeat what they or their prompts had before, as models do that quote or have lost the thread."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class Repetition:
    """The tokens of one row, from its prompt on, and what they would become if they went on as they did before."""

    def __init__(self, prompt: Sequence[int]) -> None:
        self._bytes = bytearray(array("i", prompt).tobytes())  # in which a sequence is found fast

    def add(self, token_id: int) -> None:
        """Takes the next token."""
        self._bytes += array("i", [token_id]).tobytes()

    def foretold(self, most: int, fewest: int) -> list[int]:
        """What followed when the newest tokens came the last time, at most ``most``; none where they are new.

        It is as many as were repeated until now, so that at most half are guessed in vain; none where these are less
        than ``fewest``, which is at least 1.
        """
        period = self._period(fewest)
        if period == 0:
            return []
        repeated = fewest
        with memoryview(self._bytes) as view, view.cast("i") as tokens:
            while repeated + period < len(tokens) and tokens[-1 - repeated] == tokens[-1 - repeated - period]:
                repeated += 1
            return [tokens[len(tokens) - period + place % period] for place in range(min(repeated, most))]

    def _period(self, fewest: int) -> int:
        """Tokens since the newest ``fewest`` came the last time; 0 where they are new."""
        size = array("i").itemsize
        newest = self._bytes[-fewest * size :]
        if len(newest) < fewest * size:
            return 0
        begin, end = len(self._bytes) - len(newest), len(self._bytes) - 1
        while (found := self._bytes.rfind(newest, 0, end)) >= 0:
            if found % size == 0:
                return (begin - found) // size
            end = found + len(newest) - 1  # it is not where a token begins
        return 0
