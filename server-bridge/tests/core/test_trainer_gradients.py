"""The trainer's loss and gradients are those of transformers, PEFT and autograd, example by example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from training_runs import FULL, TWO_BY_FOUR, every_linear, make_rows, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core import training_step
from midblock_server.core.full_weights import FullWeightsBand
from midblock_server.core.lora import LoraBand
from midblock_server.core.lora_config import lora_config
from midblock_server.core.model import LoadedModel
from midblock_server.core.optimizer import make_optimizer
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import FullWeightsMethod, LoraMethod, OptimizerSettings, RunSpecification
from midblock_server.core.training_step import Training, run_step
from midblock_server.core.types import Datum, StepDone

FAMILIES = ("llama", "qwen2", "qwen3", "mistral", "olmo2", "gemma", "gpt2")
Load = Callable[..., LoadedModel]


@pytest.fixture
def gradients(monkeypatch: pytest.MonkeyPatch) -> dict[int, torch.Tensor]:
    """Keeps the optimiser from stepping, and collects the gradients it is given, by id of the parameter."""
    kept: dict[int, torch.Tensor] = {}

    def keep(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
        for parameter in (each for group in optimizer.param_groups for each in group["params"]):
            kept[id(parameter)] = parameter.grad.clone()

    monkeypatch.setattr(training_step, "step_optimizer", keep)
    return kept


@pytest.mark.parametrize("weight_decomposed", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
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
    assert isinstance(specification.method, LoraMethod)
    config = lora_config(model, specification.layer_plan, specification.method)
    band = LoraBand.for_training(model.module, config, seed=1)
    randomize_second_matrices(band)
    band.save(tmp_path)
    done = one_step(model, specification, band)

    plain = AutoModelForCausalLM.from_pretrained(model.settings.source)
    reference = PeftModel.from_pretrained(plain, str(tmp_path), is_trainable=True).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    expected = {name: parameter.grad for name, parameter in reference.named_parameters() if parameter.requires_grad}
    assert done.loss == pytest.approx(loss.item(), rel=1e-5)
    compare(band, gradients, {plain_name(name): gradient for name, gradient in expected.items()})


@pytest.mark.parametrize("family", FAMILIES)
def test_full_weight_gradients_equal_autograds(
    family: str, load: Load, tiny_model: Callable[..., Path], gradients: dict[int, torch.Tensor]
) -> None:
    model = load(tiny_model(family))
    specification = unclipped(model, FULL)
    band = FullWeightsBand(model, specification.layer_plan)
    done = one_step(model, specification, band)

    reference = AutoModelForCausalLM.from_pretrained(model.settings.source).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    expected = {name: parameter.grad for name, parameter in reference.named_parameters() if name in band.parameters}
    assert done.loss == pytest.approx(loss.item(), rel=1e-5)
    compare(band, gradients, expected)


def test_bfloat16_gradients_are_summed_in_float32(
    load: Load, tiny_model: Callable[..., Path], gradients: dict[int, torch.Tensor]
) -> None:
    """Each micro-batch's gradients are bfloat16 numbers; their float32 sum, in general, is not one."""
    model = load(tiny_model(), dtype="bfloat16")
    specification = unclipped(model, FULL)
    band = FullWeightsBand(model, specification.layer_plan)
    one_step(model, specification, band)
    assert all(tensor.dtype == torch.float32 for tensor in band.parameters.values())
    sums = torch.cat([gradients[id(tensor)].flatten() for tensor in band.parameters.values()])
    assert (sums.bfloat16().float() != sums).float().mean() > 0.5


@pytest.mark.parametrize("steps", [(((0, 1, 2, 3, 4, 5, 6, 7),),), (tuple((row,) for row in range(8)),)])
def test_micro_batches_do_not_change_a_step(
    steps: tuple[tuple[tuple[int, ...], ...], ...], load: Load, tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    """1 x 8 and 8 x 1 are 2 x 4, also with rows of very different trained weight."""
    session = ModelSession(load(tiny_model()))
    method = every_linear(session.model)
    halves = steps_done(session, specify(session.model, method, steps=(TWO_BY_FOUR,) * 3), tmp_path)
    others = steps_done(session, specify(session.model, method, steps=steps * 3), tmp_path)
    for one, other in zip(halves, others, strict=True):
        assert one.loss == pytest.approx(other.loss, rel=1e-5)
        assert one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-4)
        assert (one.tokens, one.trained_tokens) == (other.tokens, other.trained_tokens)


def unclipped(model: LoadedModel, method: LoraMethod | FullWeightsMethod) -> RunSpecification:
    """One step of two micro-batches."""
    return specify(model, method, steps=(TWO_BY_FOUR,), optimizer=OptimizerSettings(1e-3, max_gradient_norm=0.0))


def randomize_second_matrices(band: LoraBand) -> None:
    """B starts as 0, which would make all gradients of A 0."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in band.parameters.items():
            if name.endswith("lora_B"):
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.05)


def one_step(model: LoadedModel, specification: RunSpecification, band: LoraBand | FullWeightsBand) -> StepDone:
    training = Training(specification, make_rows(), band, make_optimizer(band.parameters, specification.optimizer))
    with ModelSession(model).turn_with(band):
        return run_step(model, training, 0)


def steps_done(session: ModelSession, specification: RunSpecification, folder: Path) -> list[StepDone]:
    return [event for event in run(session, specification, folder) if isinstance(event, StepDone)]


def plain_loss(module: torch.nn.Module, rows: list[Datum]) -> torch.Tensor:
    """Weighted mean of the negative log-likelihoods, by the book: one row at a time, all logits."""
    total = torch.zeros(())
    for row in rows:
        logits = module(input_ids=torch.tensor([row.token_ids])).logits[0]
        losses = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(row.token_ids[1:]), reduction="none")
        total = total + (losses * torch.tensor(row.loss_weights[1:])).sum()
    return total / sum(sum(row.loss_weights[1:]) for row in rows)


def plain_name(peft_name: str) -> str:
    return peft_name.removeprefix("base_model.model.").replace(".default", "").removesuffix(".weight")


def compare(
    band: LoraBand | FullWeightsBand, gradients: Mapping[int, torch.Tensor], expected: Mapping[str, torch.Tensor]
) -> None:
    assert set(band.parameters) == set(expected)
    for name, parameter in band.parameters.items():
        difference = torch.linalg.vector_norm(gradients[id(parameter)] - expected[name])
        assert difference <= 1e-5 * torch.linalg.vector_norm(expected[name]), name
