"""Rotary embeddings that change with the longest sequence of a batch: where that begins, sequences must go alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def batch_safe_tokens(module: PreTrainedModel) -> float:
    """Longest sequence, in tokens, whose positions are embedded alike in any batch; infinite for most models.

    The rope types "dynamic" and "longrope" choose their frequencies by the largest position in the batch once it goes
    beyond the length of the original training (transformers.modeling_rope_utils.dynamic_rope_update).
    """
    config = module.config.get_text_config()
    rope = getattr(config, "rope_parameters", None) or {}
    entries = [rope, *(entry for entry in rope.values() if isinstance(entry, dict))]  # one, or one a layer type
    limits = [
        entry.get("original_max_position_embeddings") or config.max_position_embeddings
        for entry in entries
        if entry.get("rope_type") in ("dynamic", "longrope")
    ]
    return min(limits, default=math.inf)
