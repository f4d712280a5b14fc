"""The fastest that this machine multiplies matrices of given shapes.

Usage: matmul_peak.py SETTINGS, where SETTINGS is JSON: {"dtype": name, "products": [{"rows", "inputs", "outputs",
"count"}, ...]}. Prints one JSON line: {"flopsPerSecond": ...}, all products' FLOPs over the sum of their best times.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

SECONDS_PER_PRODUCT = 0.5


def main(settings: dict[str, Any]) -> dict[str, float]:
    dtype = getattr(torch, settings["dtype"])
    flops, seconds = 0.0, 0.0
    for product in settings["products"]:
        rows, inputs, outputs, count = (product[key] for key in ("rows", "inputs", "outputs", "count"))
        flops += 2.0 * rows * inputs * outputs * count
        seconds += best_seconds(rows, inputs, outputs, dtype) * count
    return {"flopsPerSecond": flops / seconds}


def best_seconds(rows: float, inputs: int, outputs: int, dtype: torch.dtype) -> float:
    """Best time of [rows, inputs] x [inputs, outputs], the weight as a linear map holds it, by torch's products."""
    states = torch.randn(round(rows), inputs).to(dtype)
    weight = torch.randn(outputs, inputs).to(dtype)
    product = torch.mm(states, weight.t())
    ways: list[Callable[[], object]] = [lambda: torch.mm(states, weight.t(), out=product)]
    if dtype == torch.float32 and torch.backends.mkldnn.is_available():  # bfloat16 goes to oneDNN in any case
        ways.append(lambda: torch.ops.mkldnn._linear_pointwise(states, weight, None, "none", [], ""))
    return min(map(best_of, ways))


def best_of(way: Callable[[], object]) -> float:
    way()
    best, started = float("inf"), time.perf_counter()
    while time.perf_counter() - started < SECONDS_PER_PRODUCT:
        before = time.perf_counter()
        way()
        best = min(best, time.perf_counter() - before)
    return best


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
