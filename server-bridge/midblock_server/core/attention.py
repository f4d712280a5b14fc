"""Attention within the spans of one packed row, registered with transformers as an attention implementation.

Packed sequences stand back to back in a row of batch size 1. transformers describes who may attend to whom as a
function of two positions; here that function is cut into spans, the stretches that attend to nothing outside
themselves, and each span is computed alone. Everything else (padded batches, decoding with a cache) takes
transformers' own sdpa path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from midblock_server.core.slot_attention import Attending
from midblock_server.core.varlen_attention import Stretches, find_kernel

SPAN_ATTENTION = "midblock-spans"
"""The name under which ``register_span_attention`` makes it known; a model takes it by ``set_attn_implementation``."""

MATMUL_SPAN_LIMIT = 512
"""Longest span, in tokens, whose bfloat16 attention on CPU goes by plain matrix products. They keep all scores, so
memory grows with the square of the length, but run 1.6 times as fast as the fused kernel at 60-300 tokens (forward and
backward, 9 heads of 64, avx512_bf16)."""

MaskFunction = Callable[[Any, Any, Tensor, Tensor], Tensor]


class Slots(Protocol):
    """What knows for itself who attends to whom in a pass: rows in slots, or a tree of tokens."""

    def attend(self, block: torch.nn.Module, query: Tensor, key: Tensor, value: Tensor, how: Attending) -> Tensor:
        """Attention of one block: [1, heads, tokens, size] in and out; keys and values may have fewer heads."""
        ...


@dataclass(frozen=True, eq=False)
class Spans:
    """Takes the place of the mask tensor. ``masks[i]`` is [length, length] bool, None where span i is causal.

    ``local_size`` is the window or chunk, in tokens, within which the block attends; None where there is none.
    ``boundaries`` are where spans begin, and the end: int32 on the device, [spans + 1].
    """

    lengths: list[int]
    masks: tuple[Tensor | None, ...]
    local_size: int | None
    boundaries: Tensor


def register_span_attention() -> None:
    """Makes ``SPAN_ATTENTION`` known to transformers, for all models. Calling it again changes nothing."""
    AttentionInterface.register(SPAN_ATTENTION, span_attention)
    AttentionMaskInterface.register(SPAN_ATTENTION, span_mask)


def span_mask(
    *,
    batch_size: int,
    q_length: int,
    kv_length: int,
    mask_function: MaskFunction,
    attention_mask: Tensor | None = None,
    local_size: int | None = None,
    use_vmap: bool = False,
    device: torch.device | str = "cpu",
    **others: Any,
) -> Spans | Tensor | None:
    """Gives the spans of a single row without padding and cache, else the mask that sdpa would get."""
    if batch_size > 1 or attention_mask is not None or q_length != kv_length or use_vmap:
        mask: Tensor | None = sdpa_mask(
            batch_size=batch_size,
            q_length=q_length,
            kv_length=kv_length,
            mask_function=mask_function,
            attention_mask=attention_mask,
            local_size=local_size,
            use_vmap=use_vmap,
            device=device,
            **others,
        )
        return mask
    return _find_spans(mask_function, q_length, local_size, torch.device(device))


def _find_spans(mask_function: MaskFunction, tokens: int, local_size: int | None, device: torch.device) -> Spans:
    positions = torch.arange(tokens, device=device)
    # Causal, sliding, chunked and packed attention all reach back without gaps, so a token that may not attend to its
    # direct predecessor begins a span.
    linked = mask_function(0, 0, positions[1:], positions[:-1])
    starts = [0, *((~linked).nonzero().flatten() + 1).tolist()]
    lengths = [end - start for start, end in zip(starts, [*starts[1:], tokens], strict=True)]
    masks = tuple(
        None if local_size is None or length <= local_size else mask_function(0, 0, span[:, None], span[None, :])
        for length, span in zip(lengths, torch.split(positions, lengths), strict=True)
    )
    return Spans(lengths, masks, local_size, torch.tensor([*starts, tokens], dtype=torch.int32, device=device))


def span_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Spans | Tensor | None,
    *,
    dropout: float = 0.0,
    scaling: float | None = None,
    softcap: float | None = None,
    slots: Slots | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """Attends; [batch, heads, tokens, size] in, [batch, tokens, heads, size] out; keys may have fewer heads."""
    if slots is not None:
        how = Attending(scaling, softcap, _window(attention_mask, others))
        return slots.attend(module, query, key, value, how).transpose(1, 2).contiguous(), None
    if isinstance(attention_mask, Spans):
        kernel = find_kernel(query, key) if softcap is None and dropout == 0 else None
        stretches = None if kernel is None else _stretches(attention_mask, scaling, others)
        if kernel is not None and stretches is not None:
            query, key, value = (each[0].transpose(0, 1) for each in (query, key, value))
            return kernel(query, key, value, stretches)[None], None
        split = (torch.split(states, attention_mask.lengths, dim=2) for states in (query, key, value))
        outputs = [
            _attend(*span, mask=mask, dropout=dropout, scaling=scaling, softcap=softcap)
            for *span, mask in zip(*split, attention_mask.masks, strict=True)
        ]
        return torch.cat(outputs, dim=2).transpose(1, 2).contiguous(), None
    if softcap is not None:
        output = _attend_by_matmul(
            query, key, value, mask=attention_mask, dropout=dropout, scaling=scaling, softcap=softcap
        )
        return output.transpose(1, 2).contiguous(), None
    output, _ = sdpa_attention_forward(
        module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **others
    )
    return output, None


def _window(mask: Spans | Tensor | None, others: dict[str, Any]) -> int | None:
    local_size = mask.local_size if isinstance(mask, Spans) else None
    if isinstance(mask, Tensor) or (local_size is not None and local_size != others.get("sliding_window")):
        raise ValueError("The block attends within chunks, or by a mask of its own: its keys can't be held in slots.")
    return local_size


def _stretches(spans: Spans, scaling: float | None, others: dict[str, Any]) -> Stretches | None:
    """The spans as a kernel for all of them takes them; None where a block attends within chunks."""
    is_causal = all(mask is None for mask in spans.masks)
    if not is_causal and spans.local_size != others.get("sliding_window"):
        return None
    return Stretches(spans.boundaries, max(spans.lengths), None if is_causal else spans.local_size, scaling)


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None,
    dropout: float,
    scaling: float | None,
    softcap: float | None,
) -> Tensor:
    by_matmul = query.device.type == "cpu" and query.dtype == torch.bfloat16 and query.shape[2] <= MATMUL_SPAN_LIMIT
    if by_matmul or softcap is not None:
        return _attend_by_matmul(query, key, value, mask=mask, dropout=dropout, scaling=scaling, softcap=softcap)
    if query.device.type != "cpu":
        # Not every CUDA kernel lets heads share keys, and where none does, all scores would be kept.
        key, value = (each.repeat_interleave(query.shape[1] // key.shape[1], dim=1) for each in (key, value))
    return scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=mask,
        dropout_p=dropout,
        is_causal=mask is None,
        scale=scaling,
        enable_gqa=query.shape[1] != key.shape[1],
    )


def _attend_by_matmul(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None,
    dropout: float,
    scaling: float | None,
    softcap: float | None,
) -> Tensor:
    """Attention by the book, softmax(scale * q k^T) v, with soft-capped scores (Gemma 2, arXiv 2408.00118, 2.2)."""
    batch, heads, queries, size = query.shape
    key_heads, keys = key.shape[1:3]
    # The heads that share a key/value head become rows of one product, so that keys and values are not repeated.
    grouped = query.reshape(batch, key_heads, (heads // key_heads) * queries, size)
    grouped = grouped * (size**-0.5 if scaling is None else scaling)
    if mask is None:
        mask = torch.ones(queries, keys, dtype=torch.bool, device=query.device).tril(keys - queries)
    hidden = torch.finfo(query.dtype).min
    if softcap is None:
        # Exactly what masking the scores gives, without a pass over them.
        bias = torch.zeros_like(mask, dtype=query.dtype).masked_fill_(~mask, hidden).repeat(heads // key_heads, 1)
        scores = torch.baddbmm(bias, grouped.flatten(0, 1), key.flatten(0, 1).transpose(1, 2))
        scores = scores.view(batch, heads, queries, keys)
    else:
        scores = torch.tanh(torch.matmul(grouped, key.transpose(2, 3)) / softcap) * softcap
        scores = scores.view(batch, heads, queries, keys).masked_fill(~mask, hidden)
    weights = torch.softmax(scores, dim=-1, dtype=torch.float32).to(query.dtype)
    weights = torch.dropout(weights, dropout, train=dropout > 0)
    return torch.matmul(weights.view(batch, key_heads, -1, keys), value).view(batch, heads, queries, size)
