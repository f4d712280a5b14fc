"""A tiny model loaded twice: by midblock, and by plain transformers to compare with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel

from midblock_server.core.model import LoadedModel, load_model
from midblock_server.core.types import LoadSettings

FAMILIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("llama", {}),
    ("qwen2", {}),
    ("qwen3", {}),
    ("mistral", {"sliding_window": 4}),
    ("olmo2", {}),
    ("gemma", {}),
    ("gemma2", {"sliding_window": 4, "final_logit_softcapping": 2.0, "attn_logit_softcapping": 2.0}),
    ("gemma3_text", {"sliding_window": 4, "layer_types": ["sliding_attention", "full_attention"] * 3}),
    ("phi3", {"sliding_window": 4}),
    ("gpt_neox", {}),
    ("gpt2", {}),
    ("qwen3_moe", {}),
)
"""Each family with what differs from its tiny model: windows shorter than the sequences, caps that are felt."""

LONG_ROPE = {
    "rope_parameters": {
        "rope_type": "longrope",
        "rope_theta": 10000.0,
        "factor": 4.0,
        "original_max_position_embeddings": 10,
        "short_factor": [1.0] * 8,
        "long_factor": [float(place + 2) for place in range(8)],
    }
}
"""Frequencies that change, for the whole batch, once a sequence is longer than 10 tokens."""


@dataclass(frozen=True)
class ModelPair:
    ours: LoadedModel
    plain: PreTrainedModel


def load_pair(folder: Path, changes: dict[str, Any], scratch: Path, dtype: str = "float32") -> ModelPair:
    """Loads a copy of the folder, made inside ``scratch``, with ``changes`` to its config.json."""
    torch.set_num_threads(1)
    changed = shutil.copytree(folder, scratch / "model")
    config = json.loads((changed / "config.json").read_text(encoding="utf-8"))
    (changed / "config.json").write_text(json.dumps({**config, **changes}), encoding="utf-8")
    settings = LoadSettings(source=str(changed), cache_folder=scratch / "cache", device="cpu", dtype=dtype, threads=1)
    plain = AutoModelForCausalLM.from_pretrained(changed, dtype=getattr(torch, dtype))
    return ModelPair(load_model(settings), plain.requires_grad_(False).eval())


def each_alone(module: PreTrainedModel, sequences: Sequence[Sequence[int]]) -> Tensor:
    """Hidden states of each sequence by the architecture's own attention, back to back."""
    return torch.cat([module.base_model(input_ids=torch.tensor([each])).last_hidden_state[0] for each in sequences])
