"""Decides when a row of generation has ended, and what its text then is."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from midblock_server.core.types import Completion, FinishReason, GenerateRequest


class StopWatch:
    """Watches the new tokens of one row for stop ids, stop strings and the length limit."""

    def __init__(self, tokenizer: Tokenizer, request: GenerateRequest) -> None:
        self._tokenizer = tokenizer
        self._request = request
        self._stream = DecodeStream(skip_special_tokens=True)
        self._kept_characters = max((len(string) for string in request.stop_strings), default=1) - 1
        self._tail = ""
        self.token_ids: list[int] = []

    def add(self, token_id: int) -> bool:
        """Takes the next token and tells whether the row ends with it."""
        self.token_ids.append(token_id)
        return (
            self._completes_stop_string(token_id)
            or token_id in self._request.stop_token_ids
            or len(self.token_ids) >= self._request.max_new_tokens
        )

    def _completes_stop_string(self, token_id: int) -> bool:
        if not self._request.stop_strings:
            return False
        # The stream holds back characters whose bytes are not complete; they come with a later token.
        text = self._tail + (self._stream.step(self._tokenizer, token_id) or "")
        if any(string in text for string in self._request.stop_strings):
            return True
        self._tail = text[-self._kept_characters :] if self._kept_characters else ""
        return False

    def completion(self, index: int) -> Completion:
        """The result of a row that has ended."""
        text = self._tokenizer.decode(self.token_ids, skip_special_tokens=True)
        cut = _first_stop(text, self._request.stop_strings)
        return Completion(index, tuple(self.token_ids), text[:cut], self._reason(cut))

    def _reason(self, cut: int | None) -> FinishReason:
        if cut is not None:
            return "stop-string"
        return "stop-token" if self.token_ids[-1] in self._request.stop_token_ids else "length"


def _first_stop(text: str, stop_strings: Sequence[str]) -> int | None:
    return min((place for string in stop_strings if (place := text.find(string)) >= 0), default=None)
