"""Continues prompts in batches: one pass over the prompts, then a token for all unfinished rows at each step."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from midblock_server.core.blocked_weights import BlockedWeights
from midblock_server.core.errors import CancelledError
from midblock_server.core.head import logits
from midblock_server.core.key_value_cache import keep_rows, make_cache
from midblock_server.core.model import LoadedModel
from midblock_server.core.packed import can_pack
from midblock_server.core.request_check import check_generate_request
from midblock_server.core.rope_limit import batch_safe_tokens
from midblock_server.core.sampling import RowDraws, pick_greedy, pick_sampled
from midblock_server.core.session import ModelSession
from midblock_server.core.stopping import StopWatch
from midblock_server.core.types import Completion, GenerateRequest

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BATCH_ROWS = 64
"""Rows at once where the request leaves it open: with more, two cores gain little and the slowest rows weigh more."""

CACHE_TOKENS = 65_536
"""Most tokens whose keys and values are held at once (1.5 GB for SmolLM2-135M, 8.6 GB for an 8B Llama, in bfloat16)."""

STEPS_PER_TURN = 32
"""Steps after which a training or another request may come in between."""


def generate(
    session: ModelSession, weights: Path | None, request: GenerateRequest, cancelled: Callable[[], bool]
) -> Iterator[Completion]:
    """Continues every prompt, with the base model (``weights`` None) or a checkpoint's weights.

    Rows are yielded as they end, in any order, each once. What a row becomes does not depend on its batch, up to
    rounding. Raises RequestError before the first result, and CancelledError at the next step once ``cancelled`` says
    so.
    """
    check_generate_request(session.model, request)
    blocked = BlockedWeights()
    for indices in _batches(request, batch_safe_tokens(session.model.module)):
        batch = _Batch(session.model, request, indices)
        while batch.indices:
            with session.turn(weights) as model, blocked.in_place(model.module), torch.no_grad():
                completions = batch.advance(model, cancelled)
            yield from completions


def _batches(request: GenerateRequest, safe_tokens: float) -> Iterator[list[int]]:
    by_length = sorted(range(len(request.prompts)), key=lambda index: -len(request.prompts[index]))
    while by_length:
        longest = len(request.prompts[by_length[0]]) + request.max_new_tokens
        rows = rows_at_once(longest, request.max_batch_rows, safe_tokens)
        yield by_length[:rows]
        by_length = by_length[rows:]


def rows_at_once(longest_tokens: int, max_batch_rows: int, safe_tokens: float) -> int:
    """Rows of a batch whose longest sequence has so many tokens, new ones included; ``max_batch_rows`` 0 means any."""
    most = max(1, CACHE_TOKENS // longest_tokens) if longest_tokens <= safe_tokens else 1
    return min(max_batch_rows or BATCH_ROWS, most)


class _Batch:
    """Rows under way, padded on the left to one length. Rows that end leave, so the rest goes faster."""

    def __init__(self, model: LoadedModel, request: GenerateRequest, indices: Sequence[int]) -> None:
        self.indices = list(indices)
        self._watches = [StopWatch(model.tokenizer, request) for _ in indices]
        self._sampling = request.sampling
        self._draws = [] if request.sampling is None else [RowDraws(request.sampling, index) for index in indices]
        self._inputs, self._mask = _pad_left([request.prompts[index] for index in indices], model.torch_device)
        self._cache = make_cache(model.module)

    def advance(self, model: LoadedModel, cancelled: Callable[[], bool]) -> list[Completion]:
        """Goes on until a row ends, or for a turn's worth of steps; gives the rows that ended."""
        for _ in range(STEPS_PER_TURN):
            if cancelled():
                raise CancelledError("cancelled", "The generation was cancelled.")
            picked = self._pick(self._next_logits(model)).tolist()
            ended = [row for row, token_id in enumerate(picked) if self._watches[row].add(token_id)]
            self._append(picked)
            if ended:
                completions = [self._watches[row].completion(self.indices[row]) for row in ended]
                self._keep([row for row in range(len(picked)) if row not in set(ended)])
                return completions
        return []

    def _next_logits(self, model: LoadedModel) -> Tensor:
        module = model.module
        can_pack(module)  # chooses the attention, before the first pass
        positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)[:, -self._inputs.shape[1] :]
        states = module.base_model(
            input_ids=self._inputs,
            attention_mask=self._mask,
            position_ids=positions,
            use_cache=True,
            **{cache_argument(module): self._cache},
        ).last_hidden_state
        return logits(model, states[:, -1])

    def _pick(self, scores: Tensor) -> Tensor:
        if self._sampling is None:
            return pick_greedy(scores)
        return pick_sampled(scores, self._sampling, [draws.next() for draws in self._draws])

    def _append(self, picked: list[int]) -> None:
        self._inputs = torch.tensor(picked, device=self._mask.device)[:, None]
        self._mask = torch.cat([self._mask, self._mask.new_ones((len(picked), 1))], dim=1)

    def _keep(self, rows: list[int]) -> None:
        self.indices = [self.indices[row] for row in rows]
        self._watches = [self._watches[row] for row in rows]
        self._draws = [self._draws[row] for row in rows] if self._draws else []
        self._inputs, self._mask = self._inputs[rows], self._mask[rows]
        keep_rows(self._cache, rows, self._mask.device)


def _pad_left(prompts: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Token ids and mask, both [rows, longest prompt]. What stands in the padding is masked, so any id will do."""
    longest = max(len(prompt) for prompt in prompts)
    inputs = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    return inputs.to(device), mask.to(device)


def cache_argument(module: PreTrainedModel) -> str:
    """The name by which the decoder takes its cache."""
    # transformers 5.24 renamed the argument and still takes the old name, with a warning at each call.
    return "cache" if "cache" in inspect.signature(module.base_model.forward).parameters else "past_key_values"
