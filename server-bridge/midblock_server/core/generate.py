"""Continues prompts: many rows together, each as if it were alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import torch

from midblock_server.core.blocked_weights import BlockedWeights
from midblock_server.core.generated_row import GeneratedRow
from midblock_server.core.padded_generation import PaddedGeneration
from midblock_server.core.passes_below import passes_below
from midblock_server.core.request_check import check_generate_request
from midblock_server.core.rope_limit import batch_safe_tokens
from midblock_server.core.session import ModelSession
from midblock_server.core.slot_probe import can_use_slots
from midblock_server.core.slotted_generation import SlottedGeneration
from midblock_server.core.types import Completion, GenerateRequest

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

    Rows are yielded as they end, in any order, each once; the longest prompts begin, and a row that ends makes room for
    the next. What a row becomes does not depend on the others, up to rounding. What the blocks below
    ``request.shared_prefix`` make of prompts is kept, or taken from what is. Raises RequestError before the first
    result, and CancelledError at the next step once ``cancelled`` says so.
    """
    check_generate_request(session.model, request)
    if not request.prompts:
        return
    generation, blocked = _plan(session, weights, request), BlockedWeights()
    while not generation.has_ended:
        with session.turn(weights) as model, blocked.in_place(model.module), torch.no_grad():
            completions = generation.advance(model, STEPS_PER_TURN, cancelled)
        yield from completions


def _plan(
    session: ModelSession, weights: Path | None, request: GenerateRequest
) -> SlottedGeneration | PaddedGeneration:
    by_length = sorted(range(len(request.prompts)), key=lambda index: -len(request.prompts[index]))
    rows = deque(GeneratedRow(session.model, request, index) for index in by_length)
    safe_tokens = batch_safe_tokens(session.model.module)
    longest = len(rows[0].prompt) + request.max_new_tokens
    most_rows = partial(rows_at_once, max_batch_rows=request.max_batch_rows, safe_tokens=safe_tokens)
    with session.turn(weights):
        with session.base() as base:
            has_slots = longest <= safe_tokens and can_use_slots(base.module)
        if not has_slots:
            return PaddedGeneration(request, rows, most_rows)
        return SlottedGeneration(request, rows, most_rows, below=passes_below(session, weights, request.shared_prefix))


def rows_at_once(longest_tokens: int, max_batch_rows: int, safe_tokens: float) -> int:
    """Rows of a batch whose longest sequence has so many tokens, new ones included; ``max_batch_rows`` 0 means any."""
    most = max(1, CACHE_TOKENS // longest_tokens) if longest_tokens <= safe_tokens else 1
    return min(max_batch_rows or BATCH_ROWS, most)
