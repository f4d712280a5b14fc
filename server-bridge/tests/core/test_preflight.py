"""A preflight measures what a run needs, says when it does not fit, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_runs import FULL, LORA, file_bytes, last_checkpoint, run, specify

from midblock_server.core import preflight as preflight_module
from midblock_server.core import preflight_decoding
from midblock_server.core.errors import CancelledError, MidblockServerError
from midblock_server.core.memory import used_memory_bytes
from midblock_server.core.model import LoadedModel
from midblock_server.core.preflight import preflight
from midblock_server.core.preflight_values import PreflightReport, PreflightRequest
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import BatchPlan, FullWeightsMethod, LoraMethod

pytestmark = pytest.mark.thorough

FLOAT32 = 4
MOMENTS = 2
MEBIBYTE = 2**20


@pytest.fixture
def model(load: Callable[..., LoadedModel], tiny_model: Callable[..., Path]) -> LoadedModel:
    return load(tiny_model())


def asked(model: LoadedModel, method: LoraMethod | FullWeightsMethod = LORA, **changes: Any) -> PreflightRequest:
    fields: dict[str, Any] = {"sequence_tokens": (20, 12), "trained_tokens": 15, **changes}
    return PreflightRequest(specify(model, method, batch_plan=BatchPlan(()), steps_total=0), **fields)


def measured(model: LoadedModel, request: PreflightRequest) -> PreflightReport:
    return preflight(ModelSession(model), request, lambda: False)


def trained_numbers(model: LoadedModel, method: LoraMethod | FullWeightsMethod) -> int:
    if isinstance(method, FullWeightsMethod):
        return sum(model.card.parameters.by_block[index] for index in (2, 3))
    return 2 * sum(4 * (linear.in_features + linear.out_features) for linear in model.card.block_linears)


@pytest.mark.parametrize("method", [LORA, FULL])
def test_parts_are_those_of_the_plan(model: LoadedModel, method: LoraMethod | FullWeightsMethod) -> None:
    report = measured(model, asked(model, method))
    numbers = trained_numbers(model, method)
    assert report.fits
    assert report.memory.trainable == numbers * FLOAT32
    assert report.memory.gradients == numbers * FLOAT32
    # Beside the two moments, AdamW keeps a count of steps for each tensor.
    assert 0 <= report.memory.optimizer - MOMENTS * numbers * FLOAT32 < 2000
    parts = report.memory
    known = parts.weights + parts.trainable + parts.gradients + parts.optimizer
    assert report.training_peak_bytes == known + parts.activations or parts.activations == 0
    assert report.training_peak_bytes <= report.available_bytes
    assert report.micro_batch_seconds > 0
    assert report.update_seconds > 0


@pytest.mark.parametrize("in_slots", [True, False])
def test_the_cache_is_at_its_full_size_after_a_few_steps(
    model: LoadedModel, in_slots: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not in_slots:
        monkeypatch.setattr(preflight_decoding, "can_use_slots", lambda module: False)
    rows, tokens, blocks = 3, 20 + 100, model.card.block_count
    report = measured(model, asked(model, prompt_tokens=20, max_new_tokens=100, prompt_rows=rows))
    key_and_value = next(linear for linear in model.card.block_linears if linear.name.endswith("k_proj")).out_features
    least = rows * tokens * 2 * key_and_value * blocks * FLOAT32
    assert least <= report.memory.key_value_cache <= least * (tokens + 2 * 64) / tokens
    assert report.generation_peak_bytes > 0


def test_nothing_is_generated_unless_asked(model: LoadedModel) -> None:
    report = measured(model, asked(model))
    assert report.generation_peak_bytes == report.memory.key_value_cache == 0


@pytest.mark.parametrize("method", [LORA, FULL])
def test_the_model_and_a_later_training_are_as_without(
    model: LoadedModel, tmp_path: Path, method: LoraMethod | FullWeightsMethod
) -> None:
    session, specification = ModelSession(model), specify(model, method)
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    alone = file_bytes(last_checkpoint(run(session, specification, tmp_path / "alone")))
    generator = torch.get_rng_state()
    preflight(session, asked(model, method, prompt_tokens=9, max_new_tokens=9, prompt_rows=2), lambda: False)
    after = model.module.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert torch.equal(torch.get_rng_state(), generator)
    assert file_bytes(last_checkpoint(run(session, specification, tmp_path / "later"))) == alone


def test_gradients_that_wait_are_measured_with_the_micro_batch(model: LoadedModel) -> None:
    one, two = (measured(model, asked(model, FULL, accumulates=accumulates)) for accumulates in (False, True))
    assert two.memory.gradients == one.memory.gradients
    assert two.micro_batch_seconds > 0


def test_memory_that_runs_out_is_an_answer(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    room = 64 * MEBIBYTE
    monkeypatch.setattr(
        preflight_module,
        "available_memory_bytes",
        lambda device: used_memory_bytes(device) + room,
    )
    request = asked(model, sequence_tokens=(500,) * 200, trained_tokens=90_000)
    report = measured(model, request)
    assert not report.fits
    assert report.memory.trainable > 0
    # The limit is gone again: as much memory as before can be had.
    assert torch.ones(4 * room // FLOAT32).sum() == 4 * room // FLOAT32
    assert measured(model, asked(model)).memory.activations < room


def test_it_can_be_stopped(model: LoadedModel) -> None:
    with pytest.raises(CancelledError):
        preflight(ModelSession(model), asked(model), lambda: True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sequence_tokens": ()}, "sequence_tokens []"),
        ({"trained_tokens": 0}, "trained_tokens 0"),
        ({"trained_tokens": 31}, "1 to 30 trained tokens"),
        ({"sequence_tokens": (600,)}, "600 tokens"),
        ({"prompt_tokens": 500, "max_new_tokens": 20}, "520 tokens"),
    ],
)
def test_what_can_never_be_is_an_error(model: LoadedModel, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(MidblockServerError) as caught:
        measured(model, asked(model, **changes))
    assert told in f"{caught.value.detail.found} {caught.value.detail.wanted}"
