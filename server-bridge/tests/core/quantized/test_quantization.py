"""A base in four bits: what of it is quantised, what its card says, and where it is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from quantized_models import dequantized, prefer_other_layout, quantized_names
from tiny_models import FAMILIES
from training_runs import FULL, last_checkpoint, logits_of, run, specify

from midblock_server.core import quantization
from midblock_server.core.errors import CheckpointError, ModelError, SpecificationError
from midblock_server.core.model import LoadedModel
from midblock_server.core.quantization import check_quantization
from midblock_server.core.ranks import ALONE
from midblock_server.core.session import ModelSession
from midblock_server.core.weights_hash import hash_of_files

TOKENS = (5, 6, 7, 8, 9, 10)
CPU = torch.device("cpu")
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_linear_maps_of_the_blocks_are_quantised_and_nothing_else(
    family: str, load: Load, tiny_model: MakeModel
) -> None:
    model = load(tiny_model(family), quantization="nf4")
    named = [f"{linear.name}.weight" for linear in model.card.block_linears]
    wanted = {f"{model.blocks.name(block)}.{name}" for block in range(len(model.blocks)) for name in named}
    assert set(quantized_names(model.module)) == wanted
    others = [parameter for name, parameter in model.module.named_parameters() if name not in wanted]
    assert {parameter.dtype for parameter in others} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in model.module.parameters())


@pytest.mark.parametrize("family", ["llama", "gpt2", "qwen3_moe"])
def test_the_card_differs_from_the_unquantised_ones_in_how_weights_are_held_alone(
    family: str, load: Load, tiny_model: MakeModel
) -> None:
    plain, quantized = load(tiny_model(family)).card, load(tiny_model(family), quantization="nf4").card
    assert quantized.quantization == "nf4"
    assert quantized.weights_hash == f"{plain.weights_hash}+nf4"
    assert hash_of_files(quantized.weights_hash) == hash_of_files(plain.weights_hash) == plain.weights_hash
    alike = replace(quantized, quantization="none", weights_hash=plain.weights_hash)
    # The template's probe has the time of loading in it.
    assert replace(alike, template_probe=None) == replace(plain, template_probe=None)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_it_computes_with_the_values_that_the_four_bits_stand_for(
    dtype: str, load: Load, tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefer_other_layout(monkeypatch)
    model = load(tiny_model(), quantization="nf4", dtype=dtype)
    with torch.no_grad():
        wanted = dequantized(model)(input_ids=torch.tensor([TOKENS])).logits[0]
    torch.testing.assert_close(logits_of(model, TOKENS), wanted, rtol=1e-5, atol=1e-5)
    unquantized = logits_of(load(tiny_model(), dtype=dtype), TOKENS)
    assert not torch.allclose(wanted, unquantized, atol=1e-2)


def test_full_weights_are_refused_with_what_to_do(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), quantization="nf4"))
    with pytest.raises(SpecificationError) as caught:
        run(session, specify(session.model, FULL), tmp_path)
    assert caught.value.code == "invalid-options"
    assert "train adapters (lora)" in caught.value.detail.found
    assert 'quantization "none"' in caught.value.detail.found


def test_a_run_belongs_to_its_quantisation(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    plain, quantized = ModelSession(load(tiny_model())), ModelSession(load(tiny_model(), quantization="nf4"))
    specification = specify(plain.model)
    checkpoint = last_checkpoint(run(plain, specification, tmp_path / "run"))
    with pytest.raises(SpecificationError, match="1 fault"):
        run(quantized, specification, tmp_path / "other")
    with pytest.raises(CheckpointError, match="another model"), quantized.turn(checkpoint):
        pass


def test_an_unknown_quantization_is_refused(load: Load, tiny_model: MakeModel) -> None:
    assert refusal(load, tiny_model(), quantization="nf3") == ("model-load-failed", "'nf3'")


def test_a_missing_package_is_named_with_its_extra(
    load: Load, tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(ModelError) as caught:
        load(tiny_model(), quantization="nf4")
    assert caught.value.code == "environment-incomplete"
    assert 'Install "midblock-server[cuda]"' in caught.value.detail.next_step


def test_a_device_on_which_it_does_not_work_is_refused() -> None:
    with pytest.raises(ModelError, match="can't be held in nf4 on meta") as caught:
        check_quantization("nf4", torch.device("meta"), ALONE)
    assert caught.value.code == "model-load-failed"
    assert "bitsandbytes" in caught.value.detail.found


def test_values_that_come_back_wrong_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_quantization("nf4", CPU, ALONE)
    monkeypatch.setattr(quantization, "PROBE_ERROR", 0.07)  # NF4's own error is a little more
    with pytest.raises(ModelError) as caught:
        check_quantization("nf4", CPU, ALONE)
    assert "0.07" in caught.value.detail.found


def test_several_processes_are_refused() -> None:
    with pytest.raises(ModelError, match="can't be shared out"):
        check_quantization("nf4", CPU, replace(ALONE, count=2))


def refusal(load: Load, source: Path, **settings: Any) -> tuple[str, str]:
    with pytest.raises(ModelError) as caught:
        load(source, **settings)
    return caught.value.code, caught.value.detail.found
