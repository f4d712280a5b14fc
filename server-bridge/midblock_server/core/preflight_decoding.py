"""The generation half of a preflight: the longest prompts, with the cache of keys and values at its full size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from transformers import DynamicCache

from midblock_server.core.blocked_weights import BlockedWeights
from midblock_server.core.errors import CancelledError
from midblock_server.core.generate import rows_at_once
from midblock_server.core.head import logits
from midblock_server.core.key_value_cache import RoomyLayer, cache_argument, make_cache
from midblock_server.core.key_value_slots import KeyValueSlots
from midblock_server.core.made_up_data import made_up_tokens
from midblock_server.core.memory import peak_memory_bytes, reset_peak_memory
from midblock_server.core.model import LoadedModel
from midblock_server.core.passes_below import PassesBelow, passes_below
from midblock_server.core.prefix_cache import first_planned_block
from midblock_server.core.preflight_values import PreflightRequest
from midblock_server.core.prompts_below import reading_below
from midblock_server.core.rope_limit import batch_safe_tokens
from midblock_server.core.session import ModelSession
from midblock_server.core.slot_probe import can_use_slots
from midblock_server.core.slotted_generation import PROMPT_TOKENS_PER_PASS
from midblock_server.core.types import GenerateRequest, SharedPrefix

LAST_STEPS = 3
"""Real steps at the end: a step's memory depends on how long the cache is, not on how it became so."""


@dataclass
class GenerationNeeds:
    """Bytes found so far."""

    key_value_cache: int = 0
    peak: int = 0


def longest_prompts(model: LoadedModel, request: PreflightRequest) -> GenerateRequest:
    """Made-up prompts of the longest length, as many as are decoded together."""
    vocabulary, longest = model.card.vocabulary_size, request.prompt_tokens + request.max_new_tokens
    rows = rows_at_once(longest, request.prompt_rows, batch_safe_tokens(model.module))
    prompts = [made_up_tokens(request.prompt_tokens, row, vocabulary) for row in range(rows)]
    specification = request.specification
    first_block, room = first_planned_block(specification), specification.compute.prefix_cache_disk_bytes
    shared = SharedPrefix(first_block, room) if first_block > 0 and room > 0 else None
    return GenerateRequest(prompts, request.max_new_tokens, sampling=None, shared_prefix=shared)


def measure_decoding(
    session: ModelSession, request: GenerateRequest, needs: GenerationNeeds, cancelled: Callable[[], bool]
) -> None:
    """Reads prompts, makes the cache as large as the tokens up to the last ones would make it, and makes these."""
    device, longest = session.model.torch_device, len(request.prompts[0]) + request.max_new_tokens
    reset_peak_memory(device)
    try:
        # The probe chooses the attention, so it comes before the first pass.
        with session.turn() as model, BlockedWeights().in_place(model.module), torch.no_grad():
            in_slots = can_use_slots(model.module) and longest <= batch_safe_tokens(model.module)
            below = passes_below(session, None, request.shared_prefix)
            decode = partial(_decode_in_slots, below=below) if in_slots else _decode_padded
            for cache_bytes in decode(model, request):
                needs.key_value_cache = cache_bytes
                if cancelled():
                    raise CancelledError("cancelled", "The preflight was cancelled.")
    finally:
        needs.peak = peak_memory_bytes(device)


def _decode_in_slots(model: LoadedModel, request: GenerateRequest, below: PassesBelow | None) -> Iterator[int]:
    """Yields the bytes of keys and values after the prompts and after each step.

    One pass reads prompts, with all other rows' room in place: the passes before it would need no more. What it keeps
    for the next evaluation takes memory as well.
    """
    prompts, length = request.prompts, len(request.prompts[0])
    slots, steps = KeyValueSlots(len(prompts), length + request.max_new_tokens), min(LAST_STEPS, request.max_new_tokens)
    reading = max(1, min(len(prompts), PROMPT_TOKENS_PER_PASS // length))
    slots.pretend([length] * (len(prompts) - reading))
    with reading_below(model, below and below.with_none_kept(), slots, prompts[:reading], held_tokens=0):
        states = slots.add(model.module, prompts[:reading])
    logits(model, states)
    yield slots.room_bytes
    slots.pretend([length + request.max_new_tokens - steps] * len(prompts))
    for _ in range(steps):
        logits(model, slots.step(model.module, [prompt[0] for prompt in prompts]))
        yield slots.room_bytes


def _decode_padded(model: LoadedModel, request: GenerateRequest) -> Iterator[int]:
    """The same in transformers' own cache, where all prompts are read in one pass."""
    prompts, steps = request.prompts, min(LAST_STEPS, request.max_new_tokens)
    cache = make_cache(model.module)
    end = len(prompts[0])
    _next_logits(model, cache, prompts, end)
    yield _cache_bytes(cache)
    end += _fill(cache, request.max_new_tokens - steps)
    for _ in range(steps):
        end += 1
        _next_logits(model, cache, [prompt[:1] for prompt in prompts], end)
        yield _cache_bytes(cache)


def _next_logits(model: LoadedModel, cache: DynamicCache, inputs: Sequence[Sequence[int]], end: int) -> None:
    """Takes the inputs, the last of ``end`` tokens, through the model as padded generation does."""
    device, rows, count = model.torch_device, len(inputs), len(inputs[0])
    states = model.module.base_model(
        input_ids=torch.tensor(inputs, device=device),
        attention_mask=torch.ones((rows, end), dtype=torch.long, device=device),
        position_ids=torch.arange(end - count, end, device=device).expand(rows, count),
        use_cache=True,
        **{cache_argument(model.module): cache},
    ).last_hidden_state
    logits(model, states[:, -1])


def _fill(cache: DynamicCache, tokens: int) -> int:
    """Appends made-up keys and values; returns how many tokens', 0 for a cache that does not simply keep them all."""
    layers = [layer for layer in cache.layers if isinstance(layer, RoomyLayer)]
    if tokens == 0 or len(layers) < len(cache.layers):
        return 0
    for layer in layers:
        layer.update(*(part[:, :, :1].expand(-1, -1, tokens, -1) for part in (layer.keys, layer.values)))
    return tokens


def _cache_bytes(cache: DynamicCache) -> int:
    """Memory behind the keys and values, room that is made ahead included."""
    parts = [part for layer in cache.layers for part in (layer.keys, layer.values) if isinstance(part, torch.Tensor)]
    return sum(part.untyped_storage().nbytes() for part in parts)
