"""A row that is being generated: what it has so far, what may follow, when it ends, and its own random numbers."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from midblock_server.core.model import LoadedModel
from midblock_server.core.repetition import Repetition
from midblock_server.core.sampling import RowDraws, pick_greedy, pick_sampled
from midblock_server.core.stopping import StopWatch
from midblock_server.core.types import Completion, GenerateRequest


class GeneratedRow:
    """The continuation of the prompt with this index. ``has_ended`` once its last token was taken."""

    def __init__(self, model: LoadedModel, request: GenerateRequest, index: int) -> None:
        self.prompt = request.prompts[index]
        self.has_ended = False
        self._index = index
        self._most_tokens = request.max_new_tokens
        self._repetition = Repetition(self.prompt)
        self._watch = StopWatch(model.tokenizer, request)
        self._draws = None if request.sampling is None else RowDraws(request.sampling, index)

    @property
    def token_ids(self) -> Sequence[int]:
        """All tokens so far."""
        return self._watch.token_ids

    @property
    def last_token(self) -> int:
        """The newest token."""
        return self.token_ids[-1]

    def add(self, token_id: int) -> None:
        """Takes the next token."""
        self._repetition.add(token_id)
        self.has_ended = self._watch.add(token_id)

    def guessed(self, fewest: int) -> Sequence[int]:
        """What may follow the newest token of a greedy row, where at least ``fewest`` tokens came before.

        It leaves room for the token behind it, which is foretold for nothing.
        """
        if self._draws is not None:
            return ()
        return self._repetition.foretold(self._most_tokens - len(self.token_ids) - 1, fewest)

    def take_guessed(self, picked: Sequence[int], guessed: Sequence[int]) -> int:
        """Takes what the model picked after the newest token and after each guessed one, up to the first wrong guess.

        Gives the number of tokens taken, at least 1.
        """
        before = len(self.token_ids)
        for token_id, guess in zip(picked, [*guessed, None], strict=True):
            self.add(token_id)
            if self.has_ended or token_id != guess:
                break
        return len(self.token_ids) - before

    def next_draw(self) -> float:
        """The row's next random number in [0, 1); 0 where it is greedy."""
        return 0.0 if self._draws is None else self._draws.next()

    def completion(self) -> Completion:
        """The result, once it has ended."""
        return self._watch.completion(self._index)


def extend_rows(model: LoadedModel, rows: Sequence[GeneratedRow], scores: Tensor, request: GenerateRequest) -> None:
    """Picks the next token of every row from its logits, ``scores`` [rows, vocabulary]; rank 0 picks for all ranks."""
    if request.sampling is None:
        picked = pick_greedy(scores)
    else:
        picked = pick_sampled(scores, request.sampling, [row.next_draw() for row in rows])
    for row, token_id in zip(rows, model.ranks.from_first(picked.tolist()), strict=True):
        row.add(token_id)
