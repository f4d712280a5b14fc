"""The learning rates are those the contract promises."""

from __future__ import annotations

import math

import pytest

from midblock_server.core.schedule import learning_rate
from midblock_server.core.types import OptimizerSettings, Schedule


def rates(schedule: Schedule, warmup_steps: int, final_share: float, steps: int) -> list[float]:
    settings = OptimizerSettings(
        learning_rate=0.8, schedule=schedule, warmup_steps=warmup_steps, final_learning_rate_share=final_share
    )
    return [learning_rate(settings, step, steps) for step in range(steps)]


def test_warm_up_rises_evenly_to_the_peak() -> None:
    assert rates("constant", 3, 0.0, 5) == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8])


def test_linear_goes_straight_to_the_final_share() -> None:
    assert rates("linear", 1, 0.25, 6) == pytest.approx([0.4, 0.8, 0.65, 0.5, 0.35, 0.2])


def test_cosine_is_half_a_wave() -> None:
    expected = [0.8 * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * share))) for share in (0, 0.25, 0.5, 0.75, 1)]
    assert rates("cosine", 0, 0.1, 5) == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_single_remaining_step_has_the_peak(schedule: Schedule) -> None:
    assert rates(schedule, 1, 0.0, 2) == pytest.approx([0.4, 0.8])


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_run_may_be_all_warm_up(schedule: Schedule) -> None:
    assert rates(schedule, 3, 0.0, 2) == pytest.approx([0.2, 0.4])
