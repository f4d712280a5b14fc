"""Attention of spans: what the kernel leaves out of a causal one changes nothing."""

from __future__ import annotations

import pytest
import torch

from midblock_server.core.slot_attention import Attending, attend_span, causal_bias, span_bias


def draw(heads: int, tokens: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(1, heads, tokens, 16, generator=torch.Generator().manual_seed(heads * tokens)).to(dtype)


@pytest.mark.parametrize("key_heads", [6, 2])
@pytest.mark.parametrize("tokens", [1, 5, 600])
@pytest.mark.parametrize("window", [None, 600])
def test_a_whole_causal_sequence_needs_no_mask(key_heads: int, tokens: int, window: int | None) -> None:
    query, key, value = draw(6, tokens), draw(key_heads, tokens), draw(key_heads, tokens) + 1
    how = Attending(window=window)
    assert span_bias(query, key, how) is None
    masked = attend_span(query, key, value, causal_bias(tokens, tokens, window, like=query), how)
    torch.testing.assert_close(attend_span(query, key, value, None, how), masked, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("queries", "how", "dtype"),
    [
        (4, Attending(), torch.float32),
        (9, Attending(window=8), torch.float32),
        (9, Attending(softcap=30.0), torch.float32),
        (9, Attending(), torch.bfloat16),
    ],
    ids=["behind a prefix", "longer than the window", "capped", "by products"],
)
def test_what_is_not_whole_or_not_fused_has_one(queries: int, how: Attending, dtype: torch.dtype) -> None:
    bias = span_bias(draw(6, queries, dtype), draw(2, 9, dtype), how)
    assert bias is not None
    assert bias.shape == (queries, 9)
