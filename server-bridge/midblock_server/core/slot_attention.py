"""What the queries of new tokens get from keys and values that are held: one span, or a token for each row."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

PRODUCTS_LIMIT = 512
"""Longest sequence, in tokens, whose bfloat16 attention on CPU goes by plain matrix products: see attention.py."""


@dataclass(frozen=True)
class Attending:
    """How a block attends: the factor of its scores (None: 1 / sqrt(size)), its soft cap and its window in tokens."""

    scaling: float | None = None
    softcap: float | None = None
    window: int | None = None


def attend_span(query: Tensor, key: Tensor, value: Tensor, how: Attending) -> Tensor:
    """Causal attention of one sequence: queries are the last of its tokens, keys and values those of all.

    [1, heads, queries, size] and [1, key/value heads, tokens, size] in, [1, heads, queries, size] out.
    """
    queries, tokens = query.shape[2], key.shape[2]
    groups = query.shape[1] // key.shape[1]
    visible = torch.ones(queries, tokens, dtype=torch.bool, device=query.device).tril(tokens - queries)
    if how.window is not None:
        visible &= torch.ones_like(visible).triu(tokens - queries - how.window + 1)
    by_products = query.device.type == "cpu" and query.dtype == torch.bfloat16 and tokens <= PRODUCTS_LIMIT
    if not by_products and how.softcap is None:
        keys, values = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
        return scaled_dot_product_attention(query, keys, values, attn_mask=visible, scale=how.scaling)
    bias = torch.zeros(visible.shape, dtype=query.dtype, device=query.device)
    bias.masked_fill_(~visible, torch.finfo(query.dtype).min)
    grouped = query.reshape(1, key.shape[1], groups * queries, -1)
    return _attend(grouped, key, value, bias.repeat(groups, 1), how).reshape(query.shape)


def attend_rows(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor, how: Attending) -> Tensor:
    """Attention of one token for each row: [1, heads, rows, size] of queries, in and out.

    ``keys`` and ``values`` are [rows, key/value heads, tokens, size]; ``bias`` [rows, 1, 1, tokens] is added to scores.
    """
    rows, key_heads = keys.shape[:2]
    grouped = query[0].transpose(0, 1).reshape(rows, key_heads, -1, query.shape[3])
    return _attend(grouped, keys, values, bias, how).reshape(1, rows, -1, query.shape[3]).transpose(1, 2)


def _attend(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor, how: Attending) -> Tensor:
    """Heads that share keys and values are rows of one product, so that these are not repeated."""
    if how.softcap is None and query.device.type != "cpu":
        return scaled_dot_product_attention(query, keys, values, attn_mask=bias, scale=how.scaling)
    scale = query.shape[-1] ** -0.5 if how.scaling is None else how.scaling
    # Keys times queries: oneDNN is twice as fast with the long side first (avx512_bf16).
    scores = torch.matmul(keys, (query * scale).transpose(2, 3)).transpose(2, 3)
    if how.softcap is not None:
        scores = torch.tanh(scores / how.softcap) * how.softcap
    weights = torch.softmax(scores + bias, dim=-1, dtype=torch.float32).to(query.dtype)
    return torch.matmul(weights, values)
