"""What the queries of new tokens get from keys and values that are held: one span, or a token for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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


def causal_bias(queries: int, tokens: int, window: int | None, like: Tensor) -> Tensor:
    """What is added to the scores of the last queries of a sequence, [queries, tokens]: 0 where one may look."""
    hidden = torch.ones(queries, tokens, dtype=torch.bool, device=like.device).triu(tokens - queries + 1)
    if window is not None:
        hidden |= torch.ones_like(hidden).tril(tokens - queries - window)
    return torch.zeros_like(hidden, dtype=like.dtype).masked_fill_(hidden, torch.finfo(like.dtype).min)


def span_bias(query: Tensor, keys: Tensor, how: Attending) -> Tensor | None:
    """The bias for ``attend_span`` of a causal sequence; None where all of it are queries and its kernel needs none."""
    queries, tokens = query.shape[2], keys.shape[2]
    is_whole = queries == tokens and (how.window is None or tokens <= how.window)
    if is_whole and _is_fused(query, keys, how):
        return None
    return causal_bias(queries, tokens, how.window, like=query)


def attend_span(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, how: Attending) -> Tensor:
    """Attention of one sequence: queries are the last of its tokens, keys and values those of all.

    [1, heads, queries, size] and [1, key/value heads, tokens, size] in, [1, heads, queries, size] out. Without a bias
    (see ``span_bias``) the kernel leaves out the half of the scores that a mask would hide after they are made.
    """
    groups = query.shape[1] // key.shape[1]
    if _is_fused(query, key, how):
        if query.device.type != "cpu":
            # Not every CUDA kernel lets heads share keys, and where none does, all scores would be kept.
            key, value = (each.repeat_interleave(groups, dim=1) for each in (key, value))
        return scaled_dot_product_attention(
            query,
            key,
            value,
            bias,
            is_causal=bias is None,
            scale=how.scaling,
            enable_gqa=query.shape[1] != key.shape[1],
        )
    assert bias is not None
    grouped = query.reshape(1, key.shape[1], groups * query.shape[2], -1)
    return _attend(grouped, key, value, bias.repeat(groups, 1), how).reshape(query.shape)


def _is_fused(query: Tensor, key: Tensor, how: Attending) -> bool:
    by_products = query.device.type == "cpu" and query.dtype == torch.bfloat16 and key.shape[2] <= PRODUCTS_LIMIT
    return not by_products and how.softcap is None


class Held(NamedTuple):
    """Keys and values of tokens, [..., key/value heads, tokens, size] each."""

    keys: Tensor
    values: Tensor


def attend_rows(query: Tensor, own: Held, bias: Tensor, how: Attending, common: Held | None = None) -> Tensor:
    """Attention of one token for each row: [1, heads, rows, size] of queries, in and out.

    What is held of each row is ``own``, with rows in front. Before it stands, in all rows, what is ``common``, without
    rows: it is read once for all of them, not once a row. ``bias`` [rows, 1, 1, common and own tokens] is added to
    scores.
    """
    keys, values = own
    rows, key_heads = keys.shape[:2]
    grouped = query[0].transpose(0, 1).reshape(rows, key_heads, -1, query.shape[3])
    if common is not None:
        outputs = _attend_both(grouped, common, own, bias, how)
    elif how.softcap is None and query.device.type != "cpu":
        outputs = scaled_dot_product_attention(grouped, keys, values, attn_mask=bias, scale=how.scaling)
    else:
        scores = torch.matmul(grouped * _scale(grouped, how), keys.transpose(2, 3))
        outputs = _weigh(scores, values, bias, how)
    return outputs.reshape(1, rows, -1, query.shape[3]).transpose(1, 2)


def _attend_both(query: Tensor, common: Held, own: Held, bias: Tensor, how: Attending) -> Tensor:
    """One softmax over both parts' scores, made apart. ``query`` is [rows, key/value heads, group, size]."""
    scaled, count = query * _scale(query, how), common.keys.shape[1]
    of_common = _product_of_all_rows(scaled, common.keys.transpose(1, 2))
    of_own = torch.matmul(scaled, own.keys.transpose(2, 3))
    weights = _weights(torch.cat([of_common, of_own], dim=-1), bias, how)
    return _product_of_all_rows(weights[..., :count], common.values) + torch.matmul(weights[..., count:], own.values)


def _product_of_all_rows(left: Tensor, right: Tensor) -> Tensor:
    """[rows, key/value heads, group, inner] times [key/value heads, inner, outer], as one product for each head."""
    rows, heads, group, inner = left.shape
    together = torch.matmul(left.transpose(0, 1).reshape(heads, rows * group, inner), right)
    return together.view(heads, rows, group, -1).transpose(0, 1)


def _attend(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor, how: Attending) -> Tensor:
    """Heads that share keys and values are rows of one product, so that these are not repeated."""
    if how.softcap is None and query.device.type != "cpu":
        return scaled_dot_product_attention(query, keys, values, attn_mask=bias, scale=how.scaling)
    # Keys times queries: oneDNN is twice as fast with the long side first (avx512_bf16).
    scores = torch.matmul(keys, (query * _scale(query, how)).transpose(2, 3)).transpose(2, 3)
    return _weigh(scores, values, bias, how)


def _scale(query: Tensor, how: Attending) -> float:
    return float(query.shape[-1] ** -0.5) if how.scaling is None else how.scaling


def _weigh(scores: Tensor, values: Tensor, bias: Tensor, how: Attending) -> Tensor:
    return torch.matmul(_weights(scores, bias, how), values)


def _weights(scores: Tensor, bias: Tensor, how: Attending) -> Tensor:
    if how.softcap is not None:
        scores = torch.tanh(scores / how.softcap) * how.softcap
    return torch.softmax(scores + bias, dim=-1, dtype=torch.float32).to(scores.dtype)
