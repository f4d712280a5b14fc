"""Generates rows in padded batches through transformers' own cache: for architectures whose keys fit no slots."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from midblock_server.core.errors import CancelledError
from midblock_server.core.generated_row import GeneratedRow, extend_rows
from midblock_server.core.head import logits
from midblock_server.core.key_value_cache import cache_argument, keep_rows, make_cache
from midblock_server.core.model import LoadedModel
from midblock_server.core.packed import can_pack
from midblock_server.core.types import Completion, GenerateRequest


@dataclass
class PaddedGeneration:
    """The state between turns. ``rows_at_once`` tells how many rows may go together, given their longest's tokens."""

    request: GenerateRequest
    waiting: deque[GeneratedRow]
    rows_at_once: Callable[[int], int]
    _batch: _Batch | None = None

    @property
    def has_ended(self) -> bool:
        """Whether all rows have."""
        return not self.waiting and (self._batch is None or not self._batch.rows)

    def advance(self, model: LoadedModel, steps: int, cancelled: Callable[[], bool]) -> list[Completion]:
        """Goes on until a row ends, or for so many steps; gives the rows that ended. Raises CancelledError."""
        if self._batch is None or not self._batch.rows:
            self._batch = self._next_batch(model)
        for _ in range(steps):
            if cancelled():
                raise CancelledError("cancelled", "The generation was cancelled.")
            extend_rows(model, self._batch.rows, self._batch.next_logits(model), self.request)
            ended = self._batch.take_ended()
            if ended:
                return [row.completion() for row in ended]
        return []

    def _next_batch(self, model: LoadedModel) -> _Batch:
        count = self.rows_at_once(len(self.waiting[0].prompt) + self.request.max_new_tokens)
        return _Batch(model, [self.waiting.popleft() for _ in range(min(count, len(self.waiting)))])


class _Batch:
    """Rows under way, padded on the left to one length. Rows that end leave, so the rest goes faster."""

    def __init__(self, model: LoadedModel, rows: list[GeneratedRow]) -> None:
        can_pack(model.module)  # chooses the attention, before the first pass
        self.rows = rows
        self._inputs, self._mask = _pad_left([row.prompt for row in rows], model.torch_device)
        self._cache = make_cache(model.module)

    def next_logits(self, model: LoadedModel) -> Tensor:
        """Takes the newest tokens through the model, at first the whole prompts; [rows, vocabulary]."""
        positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)[:, -self._inputs.shape[1] :]
        states = model.module.base_model(
            input_ids=self._inputs,
            attention_mask=self._mask,
            position_ids=positions,
            use_cache=True,
            **{cache_argument(model.module): self._cache},
        ).last_hidden_state
        return logits(model, states[:, -1])

    def take_ended(self) -> list[GeneratedRow]:
        """Appends the rows' newest tokens, and takes the rows out that have ended."""
        self._inputs = torch.tensor([row.last_token for row in self.rows], device=self._mask.device)[:, None]
        self._mask = torch.cat([self._mask, self._mask.new_ones((len(self.rows), 1))], dim=1)
        ended = [row for row in self.rows if row.has_ended]
        if ended:
            kept = [place for place, row in enumerate(self.rows) if not row.has_ended]
            self.rows = [self.rows[place] for place in kept]
            self._inputs, self._mask = self._inputs[kept], self._mask[kept]
            keep_rows(self._cache, kept, self._mask.device)
        return ended


def _pad_left(prompts: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Token ids and mask, both [rows, longest prompt]. What stands in the padding is masked, so any id will do."""
    longest = max(len(prompt) for prompt in prompts)
    inputs = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    return inputs.to(device), mask.to(device)
