"""One step by midblock and the same step by the book, to compare their losses and gradients."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from training_runs import TWO_BY_FOUR, make_rows, specify

from midblock_server.core.full_weights import FullWeightsBand
from midblock_server.core.lora import LoraBand
from midblock_server.core.lora_config import lora_config
from midblock_server.core.model import LoadedModel
from midblock_server.core.optimizer import make_optimizer
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import FullWeightsMethod, LoraMethod, OptimizerSettings, RunSpecification
from midblock_server.core.training_step import Training, run_step
from midblock_server.core.types import Datum, StepDone

RANKS = {1: 2, 2: 4, 4: 3}


def unclipped(
    model: LoadedModel, method: LoraMethod | FullWeightsMethod, ranks: dict[int, int] = RANKS
) -> RunSpecification:
    """One step of two micro-batches, at a rank of its own for each block."""
    return specify(model, method, ranks, steps=(TWO_BY_FOUR,), optimizer=OptimizerSettings(1e-3, max_gradient_norm=0.0))


def make_band(model: LoadedModel, specification: RunSpecification) -> LoraBand | FullWeightsBand:
    method = specification.method
    if isinstance(method, FullWeightsMethod):
        return FullWeightsBand(model, specification.layer_plan)
    band = LoraBand.for_training(model, lora_config(model, specification.layer_plan, method), seed=1)
    randomize_second_matrices(band)
    return band


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


def clear_gradients(band: LoraBand | FullWeightsBand) -> None:
    for parameter in band.parameters.values():
        parameter.grad = None


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
