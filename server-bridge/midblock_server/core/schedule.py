"""The learning rate of each step: linear warm-up, then constant, linear, cosine, or stable until a decay."""

from __future__ import annotations

import math

from midblock_server.core.specification import OptimizerSettings


def learning_rate(settings: OptimizerSettings, step: int, steps_total: int) -> float:
    """Learning rate of ``step``, counted from 0.

    During warm-up peak * (step + 1) / (warmup_steps + 1). The first step after it has the peak; linear and cosine reach
    the peak times ``final_learning_rate_share`` where one more step would follow, so that with share 0 the last step
    still learns. Warm-up-stable-decay (arXiv 2405.18392) stays at the peak and comes down in a straight line over its
    last ``decay_steps``, likewise. The other shapes are those of transformers' ``get_linear_schedule_with_warmup`` and
    its cosine sister.
    """
    peak = settings.learning_rate
    if step < settings.warmup_steps:
        return peak * (step + 1) / (settings.warmup_steps + 1)
    slope_begins = settings.warmup_steps
    if settings.schedule == "warm-up-stable-decay":
        slope_begins = steps_total - settings.decay_steps
    progress = max(0.0, (step - slope_begins) / (steps_total - slope_begins))
    final = settings.final_learning_rate_share
    return peak * (final + (1.0 - final) * _height(settings, progress))


def _height(settings: OptimizerSettings, progress: float) -> float:
    if settings.schedule == "constant":
        return 1.0
    if settings.schedule == "cosine":
        return 0.5 * (1.0 + math.cos(math.pi * progress))
    return 1.0 - progress
