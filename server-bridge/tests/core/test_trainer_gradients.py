"""The trainer's loss and gradients are those of transformers, PEFT and autograd, example by example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from exact_steps import clear_gradients, compare, make_band, one_step, plain_loss, plain_name, unclipped
from peft import PeftModel
from tiny_models import FAMILIES
from training_runs import FULL, every_linear, make_rows
from transformers import AutoModelForCausalLM

from midblock_server.core.model import LoadedModel
from midblock_server.core.specification import BatchPlan, Step

ONE_BY_EIGHT: Step = (tuple(range(8)),)
EIGHT_BY_ONE: Step = tuple((row,) for row in range(8))
Load = Callable[..., LoadedModel]


@pytest.mark.parametrize("weight_decomposed", [False, True])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_lora_gradients_equal_pefts(
    *,
    family: str,
    weight_decomposed: bool,
    load: Load,
    tiny_model: Callable[..., Path],
    tmp_path: Path,
    gradients: dict[int, torch.Tensor],
) -> None:
    model = load(tiny_model(family))
    specification = unclipped(model, every_linear(model, weight_decomposed=weight_decomposed))
    band = make_band(model, specification)
    band.save(tmp_path)
    done = one_step(model, specification, band)

    plain = AutoModelForCausalLM.from_pretrained(model.settings.source)
    reference = PeftModel.from_pretrained(plain, str(tmp_path), is_trainable=True).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    expected = {name: parameter.grad for name, parameter in reference.named_parameters() if parameter.requires_grad}
    assert done.loss == pytest.approx(loss.item(), rel=1e-6)
    compare(band, gradients, {plain_name(name): gradient for name, gradient in expected.items()})


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_full_weight_gradients_equal_autograds(
    family: str, load: Load, tiny_model: Callable[..., Path], gradients: dict[int, torch.Tensor]
) -> None:
    model = load(tiny_model(family))
    specification = unclipped(model, FULL)
    band = make_band(model, specification)
    done = one_step(model, specification, band)

    reference = AutoModelForCausalLM.from_pretrained(model.settings.source).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    expected = {name: parameter.grad for name, parameter in reference.named_parameters() if name in band.parameters}
    assert done.loss == pytest.approx(loss.item(), rel=1e-6)
    compare(band, gradients, expected)


def test_bfloat16_gradients_are_summed_in_float32(
    load: Load, tiny_model: Callable[..., Path], gradients: dict[int, torch.Tensor]
) -> None:
    """Each micro-batch's gradients are bfloat16 numbers; their float32 sum, in general, is not one."""
    model = load(tiny_model(), dtype="bfloat16")
    specification = unclipped(model, FULL)
    band = make_band(model, specification)
    one_step(model, specification, band)
    assert all(tensor.dtype == torch.float32 for tensor in band.parameters.values())
    sums = torch.cat([gradients[id(tensor)].flatten() for tensor in band.parameters.values()])
    assert (sums.bfloat16().float() != sums).float().mean() > 0.5


@pytest.mark.parametrize("method", ["lora", "full-weights"])
def test_micro_batches_do_not_change_a_step(
    method: str, load: Load, tiny_model: Callable[..., Path], gradients: dict[int, torch.Tensor]
) -> None:
    """1 x 8 and 8 x 1 are 2 x 4, also with rows of very different trained weight."""
    model = load(tiny_model())
    specification = unclipped(model, every_linear(model) if method == "lora" else FULL)
    band = make_band(model, specification)
    wanted = one_step(model, specification, band)
    expected = {name: gradients[id(parameter)] for name, parameter in band.parameters.items()}
    for step in (ONE_BY_EIGHT, EIGHT_BY_ONE):
        clear_gradients(band)
        found = one_step(model, replace(specification, batch_plan=BatchPlan((step,))), band)
        assert found.loss == pytest.approx(wanted.loss, rel=1e-6)
        assert found.gradient_norm == pytest.approx(wanted.gradient_norm, rel=1e-5)
        assert (found.tokens, found.trained_tokens) == (wanted.tokens, wanted.trained_tokens)
        compare(band, gradients, expected)
