"""Generates rows in slots: as one ends, the next prompt takes its place while the others go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from midblock_server.core.errors import CancelledError
from midblock_server.core.generated_row import GeneratedRow, extend_rows
from midblock_server.core.head import logits
from midblock_server.core.key_value_slots import KeyValueSlots
from midblock_server.core.model import LoadedModel
from midblock_server.core.passes_below import PassesBelow
from midblock_server.core.prompts_below import reading_below
from midblock_server.core.sampling import pick_greedy
from midblock_server.core.types import Completion, GenerateRequest

PROMPT_TOKENS_PER_PASS = 1024
"""Most prompt tokens that one pass reads; a longer prompt goes alone.

Two prompts of more than half so many never share a pass, so that what was kept of one (prompts_below.py) is found again
whichever rows ended before it was read. On a CPU a pass of 1,024 tokens takes as long for each as one of 2,048.
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
        arriving: list[GeneratedRow] = []
        tokens = 0
        while self.waiting:
            longest = max(len(row.prompt) for row in (*self._rows, self.waiting[0])) - self._slots.common_tokens
            tokens += len(self.waiting[0].prompt) - prefix_tokens
            most = self.rows_at_once(longest + self.request.max_new_tokens)
            is_full = len(self._rows) + len(arriving) >= most
            if is_full or (arriving and tokens > PROMPT_TOKENS_PER_PASS):
                break
            # All that may go beside it: arrivals that come one by one would have the memory copied for each of them.
            self._slots.most_rows = min(most, len(self._rows) + len(arriving) + len(self.waiting))
            arriving.append(self.waiting.popleft())
        return arriving

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
