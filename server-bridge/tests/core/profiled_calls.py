"""Counts what torch really called."""

from __future__ import annotations

from collections.abc import Callable

import torch


def calls_of(operation: str, run: Callable[[], object]) -> int:
    """How often the operation, such as "aten::linear", was called while this ran."""
    with torch.profiler.profile() as profiler:
        run()
    return sum(event.name == operation for event in profiler.events())
