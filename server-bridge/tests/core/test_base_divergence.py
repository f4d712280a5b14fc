"""The tie to the base: its gradient is plain autograd's, and does not depend on how a step is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_runs import FULL, TWO_BY_FOUR, every_linear, make_rows, run, specify

from midblock_server.core import base_divergence, training_step
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings, RunSpecification, Step
from midblock_server.core.trainer import make_training
from midblock_server.core.training_step import Training, run_step
from midblock_server.core.types import Datum, StepDone

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]
ONE_BY_EIGHT: Step = (tuple(range(8)),)
EIGHT_BY_ONE: Step = tuple((row,) for row in range(8))
WEIGHT = 0.7


@pytest.mark.parametrize("family", ["llama", "gemma2", "gpt2"])
@pytest.mark.parametrize("kind", ["lora", "full-weights"])
def test_gradients_equal_plain_autograds(
    kind: str, family: str, load: Load, tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_divergence, "CHUNK_ROWS", 7)
    session = ModelSession(load(tiny_model(family)))
    training = moved(session, tied(session.model, kind))
    done = gradients_of(session, training, monkeypatch)
    found = {name: take_gradient(tensor) for name, tensor in training.band.parameters.items()}

    loss, divergence = plain_figures(session, training, make_rows())
    (loss + WEIGHT * divergence).backward()
    assert done.loss == pytest.approx(loss.item(), rel=1e-5)
    assert done.base_divergence == pytest.approx(divergence.item(), rel=1e-5)
    assert divergence.item() > 1e-3
    for name, tensor in training.band.parameters.items():
        expected = take_gradient(tensor)
        assert torch.linalg.vector_norm(found[name] - expected) <= 2e-5 * torch.linalg.vector_norm(expected), name


@pytest.mark.parametrize("step", [ONE_BY_EIGHT, EIGHT_BY_ONE])
def test_micro_batches_do_not_change_a_step(step: Step, load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    halves = steps_done(session, tied(session.model, "lora", (TWO_BY_FOUR,) * 3), tmp_path)
    others = steps_done(session, tied(session.model, "lora", (step,) * 3), tmp_path)
    for one, other in zip(halves, others, strict=True):
        assert one.loss == pytest.approx(other.loss, rel=1e-5)
        assert one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-4)
        assert one.base_divergence == pytest.approx(other.base_divergence, rel=1e-4, abs=1e-7)


def test_a_heavy_tie_holds_the_model_to_its_base(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    away = {}
    for weight in (0.0, 50.0):
        specification = replace(tied(session.model, "lora", (ONE_BY_EIGHT,) * 12), base_divergence_weight=weight)
        training = make_training(session, specification, make_rows())
        with session.turn_with(training.band) as model:
            for step in range(12):
                run_step(model, training, step)
        away[weight] = plain_figures(session, training, make_rows())[1].item()
    assert away[50.0] < 0.5 * away[0.0]


def test_rows_of_context_alone_count_and_a_step_without_context_is_no_fault(
    load: Load, tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load(tiny_model()))
    context = Datum((1, 2, 3, 4), (0.0, 0.0, 0.0, 0.0))
    learnt = Datum((5, 6, 7), (0.0, 1.0, 1.0))
    specification = tied(session.model, "lora", [((0,), (1,)), ((1,),)])
    training = moved(session, specification, [context, learnt])
    with_context = gradients_of(session, training, monkeypatch)
    assert (with_context.tokens, with_context.trained_tokens) == (7, 2)
    assert gradients_of(session, training, monkeypatch, step=1).gradient_norm != pytest.approx(
        with_context.gradient_norm
    )


def tied(model: LoadedModel, kind: str, steps: object = (TWO_BY_FOUR,)) -> RunSpecification:
    return specify(
        model,
        FULL if kind == "full-weights" else every_linear(model),
        steps=steps,  # type: ignore[arg-type]
        base_divergence_weight=WEIGHT,
        optimizer=OptimizerSettings(1e-2, schedule="constant", max_gradient_norm=0.0),
    )


def moved(session: ModelSession, specification: RunSpecification, rows: list[Datum] | None = None) -> Training:
    """A training whose band is not at its start, where the divergence and its gradient would be 0."""
    training = make_training(session, specification, rows or make_rows())
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in training.band.parameters.values():
            tensor.add_(torch.randn(tensor.shape, generator=generator) * 0.05)
    training.band.publish()
    return training


def gradients_of(session: ModelSession, training: Training, monkeypatch: pytest.MonkeyPatch, step: int = 0) -> StepDone:
    """Makes a step up to its update; the gradients stay with the parameters."""
    for tensor in training.band.parameters.values():
        tensor.grad = None
    monkeypatch.setattr(training_step, "step_optimizer", lambda optimizer, rate: None)
    with session.turn_with(training.band) as model:
        return run_step(model, training, step)


def take_gradient(tensor: torch.Tensor) -> torch.Tensor:
    gradient, tensor.grad = tensor.grad, None
    assert gradient is not None
    return gradient


def plain_figures(session: ModelSession, training: Training, rows: list[Datum]) -> tuple[torch.Tensor, torch.Tensor]:
    """Task loss and mean divergence by the book: one row at a time, all logits, every formula written out."""
    losses, weights, divergences = [], [], []
    for row in rows:
        ids = torch.tensor([row.token_ids])
        with session.turn() as model, torch.no_grad():
            base = model.module(input_ids=ids, use_cache=False).logits[0, :-1].log_softmax(-1)
        with session.turn_with(training.band) as model:
            tuned = model.module(input_ids=ids, use_cache=False).logits[0, :-1].log_softmax(-1)
        weight = torch.tensor(row.loss_weights[1:])
        losses.append(-(tuned.gather(1, ids[0, 1:, None]).squeeze(1) * weight).sum())
        weights.append(weight.sum())
        divergences.append((base.exp() * (base - tuned)).sum(-1)[weight == 0])
    return torch.stack(losses).sum() / torch.stack(weights).sum(), torch.cat(divergences).mean()


def steps_done(session: ModelSession, specification: RunSpecification, folder: Path) -> list[StepDone]:
    return [event for event in run(session, specification, folder) if isinstance(event, StepDone)]
