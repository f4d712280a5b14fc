"""Adapters as PEFT knows them: written in its format, read by it, with a rank of its own for each block."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from tiny_models import FAMILIES
from training_runs import every_linear, last_checkpoint, logits_of, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core.artifacts import load_band
from midblock_server.core.errors import CheckpointError
from midblock_server.core.lora import LoraBand
from midblock_server.core.lora_config import lora_config
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import LoraMethod
from midblock_server.core.types import BlockLinear

TOKENS = (5, 6, 7, 8, 9, 10)
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        *((family, {}) for family in sorted(FAMILIES)),
        ("llama", {"dropout": 0.2}),
        ("llama", {"rank_stabilized": True}),
        ("llama", {"weight_decomposed": True}),
        ("gpt2", {"weight_decomposed": True, "rank_stabilized": True}),
    ],
)
def test_peft_gives_the_same_logits(
    family: str, settings: dict[str, Any], load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family, blocks=12)))
    ranks = {1: 2, 5: 4, 10: 4, 11: 8}
    events = run(session, specify(session.model, every_linear(session.model, **settings), ranks=ranks), tmp_path)
    folder = last_checkpoint(events)
    with session.turn(folder) as model:
        ours = logits_of(model, TOKENS)
    plain = AutoModelForCausalLM.from_pretrained(session.model.settings.source).eval()
    theirs = PeftModel.from_pretrained(plain, str(folder)).eval()
    assert peft_ranks(theirs, session.model.blocks.prefix) == ranks
    with torch.no_grad():
        torch.testing.assert_close(ours, theirs(input_ids=torch.tensor([TOKENS])).logits[0], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(ours, logits_of(session.model, TOKENS), atol=1e-2)


def test_the_pattern_of_block_1_does_not_match_block_11(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    """PEFT matches patterns against the ends of names, and "1.self_attn.q_proj" is an end of block 11's."""
    model = load(tiny_model(blocks=12))
    plan = specify(model, ranks={1: 2, 5: 4, 10: 4, 11: 4}).layer_plan
    config = lora_config(model, plan, LoraMethod(("self_attn.q_proj",), scale=1.0))
    assert config.rank_pattern == {r"^model\.layers\.1\..+": 2}
    assert ranks(LoraBand(model, config)) == {1: 2, 5: 4, 10: 4, 11: 4}


def test_integer_keys_would_give_every_block_the_same_rank(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    """The trap that exact names keep us out of: PEFT takes a key for a regular expression on a name's end."""
    session = ModelSession(load(tiny_model(blocks=12)))
    mixed = {1: 2, 5: 4, 11: 8}
    folder = last_checkpoint(run(session, specify(session.model, ranks=mixed), tmp_path))

    def ranks_by_peft(pattern: dict[Any, int] | None) -> dict[int, int]:
        config = PeftConfig.from_pretrained(str(folder))
        config.rank_pattern = config.rank_pattern if pattern is None else pattern
        plain = AutoModelForCausalLM.from_pretrained(session.model.settings.source)
        return peft_ranks(get_peft_model(plain, config), session.model.blocks.prefix)

    assert ranks_by_peft(None) == mixed
    assert set(ranks_by_peft({str(block): rank for block, rank in mixed.items()}).values()) == {2}


@pytest.mark.parametrize("rank_stabilized", [False, True])
def test_the_scale_is_the_same_at_every_rank(rank_stabilized: bool, load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model())
    method = LoraMethod(("self_attn.q_proj",), scale=1.5, rank_stabilized=rank_stabilized)
    config = lora_config(model, specify(model, ranks={1: 3, 2: 8, 3: 8}).layer_plan, method)
    band = LoraBand(model, config)
    band.attach()
    for block in (1, 2, 3):
        layer = model.module.get_submodule(f"model.layers.{block}.self_attn.q_proj")
        assert layer.scaling["default"] == pytest.approx(1.5)
    power = 0.5 if rank_stabilized else 1.0
    assert (config.lora_alpha, *config.alpha_pattern.values()) == pytest.approx((1.5 * 8**power, 1.5 * 3**power))


def test_the_config_names_what_is_adapted_and_the_base(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    method = LoraMethod(("self_attn.q_proj", "mlp.up_proj"), scale=2.0)
    folder = last_checkpoint(run(session, specify(session.model, method), tmp_path))
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["peft_type"] == "LORA"
    assert config["base_model_name_or_path"] == session.model.card.name
    assert (config["r"], config["lora_alpha"], config["rank_pattern"]) == (4, 8, {})
    assert config["target_modules"] == [
        f"model.layers.{block}.{target}" for block in (2, 3) for target in ("mlp.up_proj", "self_attn.q_proj")
    ]


def test_adapters_are_float32_whatever_the_base_is(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), dtype="bfloat16"))
    method = every_linear(session.model, weight_decomposed=True)
    folder = last_checkpoint(run(session, specify(session.model, method), tmp_path))
    assert {tensor.dtype for tensor in load_file(folder / "adapter_model.safetensors").values()} == {torch.float32}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("weight_decomposed", [False, True])
def test_untrained_adapters_change_nothing(
    weight_decomposed: bool, dtype: str, load: Load, tiny_model: MakeModel
) -> None:
    model = load(tiny_model(), dtype=dtype)
    method = every_linear(model, weight_decomposed=weight_decomposed)
    band = LoraBand.for_training(model, lora_config(model, specify(model).layer_plan, method), seed=3)
    base = logits_of(model, TOKENS)
    band.attach()
    torch.testing.assert_close(logits_of(model, TOKENS), base, rtol=0, atol=1e-6)


def test_a_linears_first_draw_does_not_depend_on_the_plan(load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model())
    drawn = []
    for blocks in ({2: 4}, {1: 4, 2: 4, 5: 2}):
        config = lora_config(model, specify(model, ranks=blocks).layer_plan, every_linear(model))
        drawn.append(LoraBand.for_training(model, config, seed=3).parameters)
    name = "model.layers.2.mlp.up_proj.lora_A"
    assert torch.equal(drawn[0][name], drawn[1][name])
    bound = 1 / math.sqrt(64)  # PEFT's own: Kaiming uniform with a = sqrt(5) over 64 inputs
    assert 0.9 * bound < drawn[0][name].abs().max() <= bound
    assert not torch.equal(drawn[1]["model.layers.1.mlp.up_proj.lora_A"], drawn[1][name])


def test_only_blocks_that_have_a_linear_get_its_adapter(load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model())
    first, *others = model.card.block_linears
    card = replace(model.card, block_linears=(BlockLinear(**{**vars(first), "blocks": (3,)}), *others))
    method = LoraMethod((first.name,), scale=1.0)
    config = lora_config(replace(model, card=card), specify(model).layer_plan, method)
    assert config.target_modules == {f"model.layers.3.{first.name}"}


def test_an_adapter_whose_tensors_do_not_fit_is_refused(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    folder = last_checkpoint(run(session, specify(session.model), tmp_path))
    tensors = load_file(folder / "adapter_model.safetensors")
    del tensors[next(iter(tensors))]
    save_file(tensors, folder / "adapter_model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        load_band(session.model, folder)
    assert caught.value.code == "artifact-corrupt"


def peft_ranks(module: torch.nn.Module, prefix: str) -> dict[int, int]:
    names = [name for name, _ in module.named_parameters() if "lora_A" in name]
    return {int(name.split(f"{prefix}.")[1].split(".")[0]): module.get_parameter(name).shape[0] for name in names}


def ranks(band: LoraBand) -> dict[int, int]:
    return {int(n.split(".")[2]): len(tensor) for n, tensor in band.parameters.items() if n.endswith("lora_A")}
