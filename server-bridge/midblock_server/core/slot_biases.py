"""What a pass adds to the scores of its queries, so that each sees no more than it may: made once for all blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from midblock_server.core.slot_attention import Attending, span_bias


@dataclass
class PassBiases:
    """Those made so far. 0 stands where a query may look, the lowest number of the type elsewhere."""

    _of_spans: dict[tuple[int, int, int | None], Tensor | None] = field(default_factory=dict)
    _of_rows: dict[tuple[int, int | None], Tensor] = field(default_factory=dict)

    def of_span(self, query: Tensor, keys: Tensor, how: Attending) -> Tensor | None:
        """What ``span_bias`` gives, for [1, heads, queries, size] and [1, key/value heads, tokens, size]."""
        shape = (query.shape[2], keys.shape[2], how.window)
        if shape not in self._of_spans:
            self._of_spans[shape] = span_bias(query, keys, how)
        return self._of_spans[shape]

    def of_rows(self, places: Tensor, tokens: int, window: int | None, dtype: torch.dtype) -> Tensor:
        """[rows, 1, 1, tokens] for the newest token of each row, which stands at its place [rows]."""
        if (tokens, window) not in self._of_rows:
            distance = places[:, None] - torch.arange(tokens, device=places.device)
            hidden = distance < 0 if window is None else (distance < 0) | (distance >= window)
            bias = torch.zeros(hidden.shape, dtype=dtype, device=places.device)
            self._of_rows[tokens, window] = bias.masked_fill_(hidden, torch.finfo(dtype).min)[:, None, None, :]
        return self._of_rows[tokens, window]
