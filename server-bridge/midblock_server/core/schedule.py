"""The learning rate of each step: linear warm-up, then constant, linear or cosine."""

from __future__ import annotations

import math

from midblock_server.core.types import OptimizerSettings


def learning_rate(settings: OptimizerSettings, step: int, steps_total: int) -> float:
    """Learning rate of ``step``, counted from 0.

    During warm-up peak * (step + 1) / (warmup_steps + 1). After it the first remaining step has the peak, and the last
    one, for linear and cosine, the peak times ``final_learning_rate_share``; a single remaining step has the peak.
    """
    peak = settings.learning_rate
    if step < settings.warmup_steps:
        return peak * (step + 1) / (settings.warmup_steps + 1)
    remaining = steps_total - settings.warmup_steps
    progress = (step - settings.warmup_steps) / (remaining - 1) if remaining > 1 else 0.0
    final = settings.final_learning_rate_share
    return peak * (final + (1.0 - final) * _height(settings, progress))


def _height(settings: OptimizerSettings, progress: float) -> float:
    if settings.schedule == "constant":
        return 1.0
    if settings.schedule == "linear":
        return 1.0 - progress
    return 0.5 * (1.0 + math.cos(math.pi * progress))
