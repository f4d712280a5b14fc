"""A layer plan as PEFT's adapter config: exact names, and a rank for each block."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from pathlib import Path

from peft import LoraConfig
from transformers.pytorch_utils import Conv1D

from midblock_server.core.model import LoadedModel
from midblock_server.core.norms import norm_modules
from midblock_server.core.specification import BlockPlan, LayerPlan, LoraMethod

CONFIG_FILE = "adapter_config.json"


def lora_config(model: LoadedModel, plan: LayerPlan, method: LoraMethod, *, train_norms: bool = False) -> LoraConfig:
    """Describes the adapters of a plan. The commonest rank is the config's own; blocks with another have a pattern.

    PEFT takes patterns as regular expressions, which may match the end of a name; ours begin with "^", so that the one
    for block 1 can't match block 11. Norms that are trained as well are PEFT's ``modules_to_save``, by full names.
    """
    commonest = Counter(rank_of(block) for block in plan.blocks).most_common(1)[0][0]
    others = {_pattern(model, block): rank_of(block) for block in plan.blocks if rank_of(block) != commonest}
    names = adapted_names(model, plan, method)
    return LoraConfig(
        task_type="CAUSAL_LM",
        base_model_name_or_path=model.card.name,
        target_modules=names,
        r=commonest,
        lora_alpha=_alpha(method, commonest),
        rank_pattern=others,
        alpha_pattern={pattern: _alpha(method, rank) for pattern, rank in others.items()},
        lora_dropout=method.dropout,
        use_rslora=method.rank_stabilized,
        use_dora=method.weight_decomposed,
        modules_to_save=_norm_names(model, plan) if train_norms else None,
        fan_in_fan_out=isinstance(model.module.get_submodule(names[0]), Conv1D),
        inference_mode=True,
    )


def adapted_names(model: LoadedModel, plan: LayerPlan, method: LoraMethod) -> list[str]:
    """Full names of the linear maps that get an adapter, in the model's order."""
    return [
        f"{model.blocks.name(block.index)}.{linear.name}"
        for block in plan.blocks
        for linear in model.card.block_linears
        if linear.name in method.targets and (not linear.blocks or block.index in linear.blocks)
    ]


def _norm_names(model: LoadedModel, plan: LayerPlan) -> list[str]:
    return [
        f"{model.blocks.name(block.index)}.{name}"
        for block in plan.blocks
        for name in norm_modules(model.blocks.modules[block.index])
    ]


def rank_of(block: BlockPlan) -> int:
    """The rank of a block that a checked LoRA plan has."""
    assert block.rank is not None
    return block.rank


def write_config(config: LoraConfig, folder: Path) -> None:
    """Writes adapter_config.json: the same bytes for the same config, which PEFT's own writer does not promise."""
    fields = {**config.to_dict(), "target_modules": sorted(config.target_modules)}
    (folder / CONFIG_FILE).write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _pattern(model: LoadedModel, block: BlockPlan) -> str:
    return "^" + re.escape(f"{model.blocks.name(block.index)}.") + ".+"


def _alpha(method: LoraMethod, rank: int) -> float:
    alpha = method.scale * (math.sqrt(rank) if method.rank_stabilized else rank)
    # PEFT declares alpha as an integer, and some readers of its files insist.
    return int(alpha) if alpha.is_integer() else alpha
