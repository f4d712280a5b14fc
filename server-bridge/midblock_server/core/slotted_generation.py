"""Generates rows in slots: as one ends, the next prompt takes its place while the others go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from midblock_server.core.errors import CancelledError
from midblock_server.core.generated_row import GeneratedRow, extend_rows
from midblock_server.core.head import logits
from midblock_server.core.key_value_slots import KeyValueSlots
from midblock_server.core.model import LoadedModel
from midblock_server.core.passes_below import PassesBelow
from midblock_server.core.prompts_below import reading_below
from midblock_server.core.sampling import pick_greedy
from midblock_server.core.types import Completion, GenerateRequest

PROMPT_TOKENS_PER_PASS = 2560
"""Most prompt tokens that one pass reads; a longer prompt goes alone.

Weights come from memory once a pass: on a CPU two prompts of 1,000 tokens took 7 % less time than each by itself, four
took as long as two (SmolLM2-135M in float32).
"""

ARRIVING_SHARE = 1 / 8
"""Most rows that one pass lets in, as a share of those that go at once, when all places have been taken once.

They wait until there is room for all: many would leave many places empty meanwhile.
"""

FEWEST_REPEATED = 16
"""Tokens that a row must have repeated for the next ones to be guessed and checked, in a pass without the other rows.

With a few rows such a pass takes as long as ten tokens of one row among many.
"""

FEW_ROWS = 4
FEWEST_REPEATED_OF_FEW = 2
"""Up to so many rows, a pass takes hardly longer with some tokens more: guesses are cheap, and all rows go on in it."""

GUESSED_TOKENS_PER_PASS = 512
"""Guessed tokens after which one pass takes no further row's."""

LOGITS_ROWS = 64
"""Logits of guessed tokens that are held at once: as many as a step's rows have."""

SMALLEST_PREFIX = 8
"""Tokens that prompts must have in common for it to be worth a pass of its own."""


@dataclass
class SlottedGeneration:
    """The state between turns. ``rows_at_once`` tells how many rows may go together, given their longest's tokens.

    ``below`` is what reading the prompts shares with other weights.
    """

    request: GenerateRequest
    waiting: deque[GeneratedRow]
    rows_at_once: Callable[[int], int]
    below: PassesBelow | None = None
    _prefix_tokens: int | None = None
    _first_rows: int = 0
    _begun: int = 0
    _rows: list[GeneratedRow] = field(default_factory=list)
    _slots: KeyValueSlots = field(init=False)

    def __post_init__(self) -> None:
        longest = max(len(row.prompt) for row in self.waiting) + self.request.max_new_tokens
        self._slots = KeyValueSlots(min(self.rows_at_once(longest), len(self.waiting)), longest)

    @property
    def has_ended(self) -> bool:
        """Whether all rows have."""
        return not self.waiting and not self._rows

    def advance(self, model: LoadedModel, steps: int, cancelled: Callable[[], bool]) -> list[Completion]:
        """Goes on until a row ends, or for so many steps; gives the rows that ended. Raises CancelledError."""
        for _ in range(steps):
            if cancelled():
                raise CancelledError("cancelled", "The generation was cancelled.")
            if self._prefix_tokens is None:
                self._prefix_tokens = self._read_prefix(model)
                self._first_rows = self._most_beside(())
            arriving = self._arriving(self._prefix_tokens)
            if arriving:
                self._read(model, arriving, self._prefix_tokens)
            elif guessing := self._guessing():
                self._check(model, guessing)
            elif self._rows:
                states = self._slots.step(model.module, [row.last_token for row in self._rows])
                extend_rows(model, self._rows, logits(model, states), self.request)
            ended = self._take_ended()
            if ended:
                return [row.completion() for row in ended]
        return []

    def _arriving(self, prefix_tokens: int) -> list[GeneratedRow]:
        """The rows whose prompts the next pass reads; none until there is room for all of them."""
        if not self.waiting:
            return []
        most, count = self._most_beside(self._rows), self._rows_of_pass(prefix_tokens)
        if len(self._rows) + count > most:
            return []
        # All that may go beside it: arrivals that come one by one would have the memory copied for each of them.
        self._slots.most_rows = min(most, len(self._rows) + len(self.waiting))
        self._begun += count
        return [self.waiting.popleft() for _ in range(count)]

    def _rows_of_pass(self, prefix_tokens: int) -> int:
        """How many of those that wait the next pass reads.

        It does not depend on what became of the rows before: what was kept of a pass (prompts_below.py) is found again
        by weights with which these end earlier or later.
        """
        most = self._first_rows - self._begun
        if most <= 0:
            most = max(1, int(ARRIVING_SHARE * self._most_beside(())))
        ends = accumulate(len(row.prompt) - prefix_tokens for row in islice(self.waiting, most))
        return max(1, sum(end <= PROMPT_TOKENS_PER_PASS for end in ends))

    def _most_beside(self, rows: Sequence[GeneratedRow]) -> int:
        """How many may go at once, these and the next one that waits among them."""
        longest = max(len(row.prompt) for row in (*rows, self.waiting[0])) - self._slots.common_tokens
        return self.rows_at_once(longest + self.request.max_new_tokens)

    def _read(self, model: LoadedModel, arriving: Sequence[GeneratedRow], prefix_tokens: int) -> None:
        prompts = [row.prompt for row in arriving]
        with reading_below(model, self.below, self._slots, prompts, prefix_tokens):
            states = self._slots.add(model.module, [prompt[prefix_tokens:] for prompt in prompts])
        extend_rows(model, arriving, logits(model, states), self.request)
        self._rows.extend(arriving)

    def _guessing(self) -> dict[int, Sequence[int]]:
        """By slot, what is guessed to follow the newest token, of the rows that the next pass is to take.

        Empty where nothing is guessed.
        """
        are_few = len(self._rows) <= FEW_ROWS
        fewest = FEWEST_REPEATED_OF_FEW if are_few else FEWEST_REPEATED
        guessing: dict[int, Sequence[int]] = {}
        room = GUESSED_TOKENS_PER_PASS
        for slot, row in enumerate(self._rows):
            guessed = row.guessed(fewest) if room > 0 else ()
            room -= len(guessed)
            if guessed or are_few:
                guessing[slot] = guessed
        return guessing if room < GUESSED_TOKENS_PER_PASS else {}

    def _check(self, model: LoadedModel, guessing: Mapping[int, Sequence[int]]) -> None:
        """Takes guessed tokens as if they were known, and keeps them as far as the model would have picked them."""
        runs = {slot: [self._rows[slot].last_token, *guessed] for slot, guessed in guessing.items()}
        states = self._slots.look_ahead(model.module, runs)
        found = [token for part in states.split(LOGITS_ROWS) for token in pick_greedy(logits(model, part)).tolist()]
        picked = iter(model.ranks.from_first(found))
        for slot, guessed in guessing.items():
            of_row = list(islice(picked, len(guessed) + 1))
            self._slots.lengths[slot] += self._rows[slot].take_guessed(of_row, guessed)

    def _read_prefix(self, model: LoadedModel) -> int:
        """Reads what all prompts begin with, where it is worth it; gives its tokens."""
        prompts = [row.prompt for row in self.waiting]
        common = common_prefix_tokens(prompts)
        if len(prompts) < 2 or common < SMALLEST_PREFIX:
            return 0
        prefix = prompts[0][:common]
        with reading_below(model, self.below, self._slots, [prefix], None):
            self._slots.read_prefix(model.module, prefix)
        return common

    def _take_ended(self) -> list[GeneratedRow]:
        ended = []
        for place in reversed(range(len(self._rows))):
            if self._rows[place].has_ended:
                ended.append(self._rows[place])
                self._slots.remove(place)
                last = self._rows.pop()
                if place < len(self._rows):
                    self._rows[place] = last
        return ended


def common_prefix_tokens(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with, so that at least one more is left of each."""
    ordered = sorted(prompts, key=list)  # of sorted sequences, the first and last have least in common
    first, last = ordered[0], ordered[-1]
    most = min(len(prompt) for prompt in prompts) - 1
    return next((place for place in range(most) if first[place] != last[place]), most)
