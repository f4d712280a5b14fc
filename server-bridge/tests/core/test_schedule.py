"""The learning rates are those the contract promises."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from transformers import get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup

from midblock_server.core.schedule import learning_rate
from midblock_server.core.specification import OptimizerSettings, Schedule


def rates(schedule: Schedule, warmup_steps: int, final_share: float, steps: int) -> list[float]:
    settings = OptimizerSettings(
        learning_rate=0.8, schedule=schedule, warmup_steps=warmup_steps, final_learning_rate_share=final_share
    )
    return [learning_rate(settings, step, steps) for step in range(steps)]


def test_warm_up_rises_evenly_to_the_peak() -> None:
    assert rates("constant", 3, 0.0, 5) == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8])


def test_linear_goes_straight_to_where_the_final_share_would_follow() -> None:
    assert rates("linear", 1, 0.25, 6) == pytest.approx([0.4, 0.8, 0.68, 0.56, 0.44, 0.32])


@pytest.mark.parametrize("warmup_steps", [0, 2])
def test_linear_and_cosine_are_those_of_transformers(warmup_steps: int) -> None:
    references: dict[Schedule, Any] = {
        "linear": get_linear_schedule_with_warmup,
        "cosine": get_cosine_schedule_with_warmup,
    }
    for schedule, reference in references.items():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.8)
        factor = reference(optimizer, warmup_steps, 9).lr_lambdas[0]
        after_warmup = [0.8 * factor(step) for step in range(warmup_steps, 9)]
        assert rates(schedule, warmup_steps, 0.0, 9)[warmup_steps:] == pytest.approx(after_warmup)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_the_last_step_still_learns(schedule: Schedule) -> None:
    assert rates(schedule, 0, 0.0, 4)[-1] > 0.0


def test_cosine_is_half_a_wave() -> None:
    expected = [0.8 * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * share))) for share in (0, 0.2, 0.4, 0.6, 0.8)]
    assert rates("cosine", 0, 0.1, 5) == pytest.approx(expected)


def test_warm_up_stable_decay_comes_down_at_the_end() -> None:
    settings = OptimizerSettings(
        learning_rate=0.8,
        schedule="warm-up-stable-decay",
        warmup_steps=1,
        decay_steps=4,
        final_learning_rate_share=0.5,
    )
    found = [learning_rate(settings, step, 8) for step in range(8)]
    assert found == pytest.approx([0.4, 0.8, 0.8, 0.8, 0.8, 0.7, 0.6, 0.5])


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_single_remaining_step_has_the_peak(schedule: Schedule) -> None:
    assert rates(schedule, 1, 0.0, 2) == pytest.approx([0.4, 0.8])


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_run_may_be_all_warm_up(schedule: Schedule) -> None:
    assert rates(schedule, 3, 0.0, 2) == pytest.approx([0.2, 0.4])
