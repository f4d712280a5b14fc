"""What the tests of training share: a loaded tiny model, some rows, a small specification, and a way to run it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch

from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import (
    BatchPlan,
    BlockPlan,
    FullWeightsMethod,
    LayerPlan,
    LoraMethod,
    OptimizerSettings,
    RunSpecification,
    Step,
)
from midblock_server.core.trainer import train
from midblock_server.core.types import CheckpointWritten, Control, Datum, TrainerEvent

ATTENTION = ("self_attn.q_proj", "self_attn.v_proj")
ALL_LINEARS = (*ATTENTION, "self_attn.k_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
LORA = LoraMethod(targets=ALL_LINEARS, scale=2.0)
FULL = FullWeightsMethod()
TWO_BY_FOUR: Step = ((0, 1, 2, 3), (4, 5, 6, 7))


def make_rows(count: int = 8, seed: int = 0, vocabulary: int = 300) -> list[Datum]:
    """Random rows of 6 to 20 tokens: the first half is context, then weights of 0, 1 and 0.5."""
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        length = draw.randint(6, 20)
        context = length // 2
        weights = [0.0] * context + [draw.choice((0.0, 0.5, 1.0)) for _ in range(length - context - 1)] + [1.0]
        rows.append(Datum(tuple(draw.randrange(vocabulary) for _ in range(length)), tuple(weights)))
    return rows


def specify(
    model: LoadedModel,
    method: LoraMethod | FullWeightsMethod = LORA,
    ranks: dict[int, int] | None = None,
    steps: Iterable[Step] = (TWO_BY_FOUR,) * 2,
    **changes: Any,
) -> RunSpecification:
    """A specification that fits the model: blocks 2 and 3, rank 4, a constant rate. ``changes`` replace fields."""
    planned = ranks or {2: 4, 3: 4}
    blocks = tuple(BlockPlan(index, rank if method != FULL else None) for index, rank in planned.items())
    fields: dict[str, Any] = {
        "dataset_hashes": ("rows",),
        "layer_plan": LayerPlan(blocks, model.card.block_count),
        "method": method,
        "batch_plan": BatchPlan(tuple(steps)),
        "optimizer": OptimizerSettings(learning_rate=1e-2, schedule="constant"),
        "seed": 7,
        "checkpoint_every_steps": 0,
        "keep_checkpoints": 2,
        "weights_hash": model.card.weights_hash,
    }
    planned_steps = {**fields, **changes}["batch_plan"].steps
    return RunSpecification(**{**fields, "steps_total": len(planned_steps), **changes})


def run(
    session: ModelSession,
    specification: RunSpecification,
    folder: Path,
    *,
    data: list[Datum] | None = None,
    ask: Callable[[], Control] = lambda: Control.GO_ON,
    resume_from: Path | None = None,
) -> list[TrainerEvent]:
    """Trains to the end and returns all events."""
    return list(train(session, specification, data or make_rows(), folder, ask, resume_from=resume_from))


def last_checkpoint(events: list[TrainerEvent]) -> Path:
    """Folder of the checkpoint written last."""
    return [event.folder for event in events if isinstance(event, CheckpointWritten)][-1]


@torch.no_grad()
def logits_of(model: LoadedModel, token_ids: tuple[int, ...]) -> torch.Tensor:
    """Logits [tokens, vocabulary] by the module's own forward pass."""
    logits: torch.Tensor = model.module(input_ids=torch.tensor([token_ids]), use_cache=False).logits[0]
    return logits


def every_linear(model: LoadedModel, **settings: Any) -> LoraMethod:
    """LoRA on every linear map that the model's blocks have."""
    return LoraMethod(targets=tuple(linear.name for linear in model.card.block_linears), scale=2.0, **settings)


def file_bytes(folder: Path) -> dict[str, bytes]:
    """All files of a checkpoint with their contents."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
