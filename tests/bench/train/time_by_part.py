"""Where a training step's time goes, by part of the model and by kind of operation.

Usage: PYTHONPATH=server-bridge python time_by_part.py ROWS.jsonl DTYPE CACHE_FOLDER, in the sidecar's environment and
with its allocator settings. CACHE_FOLDER is its folder of models; ROWS.jsonl has lines {"tokenIds": [...], "labels":
[...]}, eight to a step, the first step warming up. Prints the share of each part in the seconds of the steps after it,
then torch's profile of one more step.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from midblock_server.core import training_step
from midblock_server.core.model import LoadedModel, load_model
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import (
    BatchPlan,
    BlockPlan,
    LayerPlan,
    LoraMethod,
    OptimizerSettings,
    RunSpecification,
)
from midblock_server.core.trainer import make_training
from midblock_server.core.types import Datum, LoadSettings

BATCH_SIZE = 8
RANK = 16
MODEL = "smollm2-135m-instruct"


class Parts:
    """Adds up seconds by part: each mark ends what began with the mark before."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._last = time.perf_counter()

    def mark(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[part] += now - self._last
        self._last = now


def main(rows_file: str, dtype: str, cache_folder: str) -> None:
    model = load_model(LoadSettings(MODEL, Path(cache_folder), dtype=dtype))
    data = read_rows(rows_file)
    specification = specify(model, len(data))
    session = ModelSession(model)
    training = make_training(session, specification, data)
    parts = Parts()
    steps = len(specification.batch_plan.steps)
    with session.turn_with(training.band) as lent:
        training_step.run_step(lent, training, 0)
        watch(lent, specification, parts)
        for step in range(1, steps):
            parts.mark("between steps")
            training_step.run_step(lent, training, step)
            parts.mark("clipping and optimiser")
        with torch.profiler.profile() as profile:
            training_step.run_step(lent, training, 1)
    del parts.seconds["between steps"]
    total = sum(parts.seconds.values())
    print(f"{model.dtype}, {total / (steps - 1):.2f} s a step")
    for part, seconds in parts.seconds.items():
        print(f"  {part:<24}{seconds / total:7.1%}")
    print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=16, max_name_column_width=40))


def watch(model: LoadedModel, specification: RunSpecification, parts: Parts) -> None:
    """Marks the borders of the parts. A gradient that reaches the input of a block ends the backward pass above it."""
    band = [block.index for block in specification.layer_plan.blocks]
    blocks = model.blocks.modules
    above = blocks[band[-1] + 1]

    def enter_above(module: Any, arguments: tuple[torch.Tensor, ...]) -> None:
        parts.mark("band forward")
        arguments[0].register_hook(lambda gradient: parts.mark("above backward"))

    blocks[0].register_forward_pre_hook(lambda *unused: parts.mark("tokens and embedding"))
    blocks[band[0]].register_forward_pre_hook(lambda *unused: parts.mark("below forward"))
    above.register_forward_pre_hook(enter_above)
    blocks[-1].register_forward_hook(lambda *unused: parts.mark("above forward"))
    marked(parts, "weighted_loss_sum", after="head and loss, both ways")
    marked(parts, "clip_gradients", before="band backward")


def marked(parts: Parts, name: str, *, before: str = "", after: str = "") -> None:
    function: Callable[..., Any] = getattr(training_step, name)

    def marking(*arguments: Any) -> Any:
        if before:
            parts.mark(before)
        result = function(*arguments)
        if after:
            parts.mark(after)
        return result

    setattr(training_step, name, marking)


def specify(model: LoadedModel, rows: int) -> RunSpecification:
    blocks = len(model.blocks)
    band = range(int(0.2 * blocks), int(0.8 * blocks))
    steps = tuple((tuple(range(start, start + BATCH_SIZE)),) for start in range(0, rows - BATCH_SIZE + 1, BATCH_SIZE))
    targets = tuple(linear.name for linear in model.card.block_linears if linear.part == "attention")
    return RunSpecification(
        dataset_hashes=(),
        layer_plan=LayerPlan(tuple(BlockPlan(index, RANK) for index in band), blocks),
        method=LoraMethod(targets, scale=2.0),
        batch_plan=BatchPlan(steps),
        optimizer=OptimizerSettings(learning_rate=2e-4),
        seed=0,
        checkpoint_every_steps=0,
        keep_checkpoints=1,
        weights_hash=model.card.weights_hash,
        steps_total=len(steps),
    )


def read_rows(path: str) -> list[Datum]:
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [Datum(tuple(row["tokenIds"]), tuple(float(label >= 0) for label in row["labels"])) for row in rows]


if __name__ == "__main__":
    main(*sys.argv[1:])
