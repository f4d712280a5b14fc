"""Keys and values of the tokens already seen, in memory made ahead, from which finished rows are taken out."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ROOM_TOKENS = 64
"""Tokens by which the memory grows at once. transformers' own layer copies everything for each token instead."""


class RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """Keys and values of one block, [rows, key/value heads, tokens, size], as the front part of larger tensors."""

    def __init__(self) -> None:
        super().__init__()
        self._all_keys: Tensor | None = None
        self._all_values: Tensor | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *others: Any, **named: Any) -> tuple[Tensor, Tensor]:
        """Appends the states of new tokens and gives those of all."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        seen = self.get_seq_length()
        self._all_keys, self.keys = _append(self._all_keys, seen, key_states)
        self._all_values, self.values = _append(self._all_values, seen, value_states)
        return self.keys, self.values

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keeps these rows alone."""
        seen = self.get_seq_length()
        if self._all_keys is not None and self._all_values is not None:
            self._all_keys, self._all_values = self._all_keys[indices], self._all_values[indices]
            self.keys, self.values = self._all_keys[:, :, :seen], self._all_values[:, :, :seen]


def _append(room: Tensor | None, seen: int, states: Tensor) -> tuple[Tensor, Tensor]:
    end = seen + states.shape[2]
    if room is None or end > room.shape[2]:
        grown = states.new_empty((*states.shape[:2], end + ROOM_TOKENS, states.shape[3]))
        if room is not None:
            grown[:, :, :seen] = room[:, :, :seen]
        room = grown
    room[:, :, seen:end] = states
    return room, room[:, :, :end]


def make_cache(module: PreTrainedModel) -> DynamicCache:
    """An empty cache that fits the model. Blocks with a sliding window keep all tokens; the mask hides old ones."""
    cache = DynamicCache(config=module.config)
    plain = (DynamicLayer, DynamicSlidingWindowLayer)
    if all(type(layer) in plain for layer in cache.layers):
        cache.layers = [RoomyLayer() for _ in cache.layers]
    return cache


def keep_rows(cache: DynamicCache, rows: list[int], device: torch.device) -> None:
    """Takes all rows but these out of the batch, in every block."""
    indices = torch.tensor(rows, dtype=torch.long, device=device)
    for layer in cache.layers:
        layer.batch_select_indices(indices)


def cache_argument(module: PreTrainedModel) -> str:
    """The name by which the decoder takes its cache."""
    # transformers 5.24 renamed the argument and still takes the old name, with a warning at each call.
    return "cache" if "cache" in inspect.signature(module.base_model.forward).parameters else "past_key_values"
