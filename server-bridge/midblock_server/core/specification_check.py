"""Checks a run's specification against the model and the data, and tells all faults at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from midblock_server.core.eight_bit import eight_bit_fault
from midblock_server.core.errors import SpecificationError
from midblock_server.core.micro_batch import trained_weight
from midblock_server.core.model import LoadedModel
from midblock_server.core.phases import phase_faults
from midblock_server.core.specification import (
    BatchPlan,
    LayerPlan,
    LoraMethod,
    OptimizerSettings,
    RunSpecification,
    Schedule,
)
from midblock_server.core.types import Datum, ModelCard

SHOWN_FAULTS = 50
Fault = tuple[str, str]
"""An error code and a phrase: where, what was found, what was wanted."""


@dataclass(frozen=True)
class Known:
    """How many of the first steps and rows were checked before."""

    steps: int
    rows: int


def check_specification(
    model: LoadedModel, specification: RunSpecification, data: Sequence[Datum], *, known: Known | None = None
) -> None:
    """Raises SpecificationError with the code of the first fault and all faults in ``found`` when anything is amiss.

    Codes: "invalid-layer-plan" for blocks, ranks and targets, "dataset-invalid" for rows, else "invalid-options".
    """
    faults = list(_faults(model, specification, data, known or Known(0, 0)))
    if not faults:
        return
    shown = [phrase for _, phrase in faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        shown.append(f"and {len(faults) - SHOWN_FAULTS} more")
    raise SpecificationError(
        faults[0][0],
        f"The run does not fit the model {model.card.name} or its data: {len(faults)} fault{'s' * (len(faults) > 1)}.",
        found="; ".join(shown),
        wanted="a specification made from this model's card and this data set",
        next_step="Mend what is listed, and start the run again.",
    )


def _faults(
    model: LoadedModel, specification: RunSpecification, data: Sequence[Datum], known: Known
) -> Iterator[Fault]:
    card = model.card
    if specification.weights_hash != card.weights_hash:
        yield "invalid-options", f"weights_hash: {specification.weights_hash}, but the model has {card.weights_hash}"
    yield from _plan_faults(card, specification.layer_plan)
    if isinstance(specification.method, LoraMethod):
        yield from _lora_faults(card, specification.layer_plan, specification.method)
    else:
        if card.quantization != "none":
            yield (
                "invalid-options",
                f"method: full weights, but the base is held in {card.quantization}, in which weights can't be "
                'trained; train adapters (lora), or load the model with quantization "none"',
            )
        for block in specification.layer_plan.blocks:
            if block.rank is not None:
                yield "invalid-layer-plan", f"block {block.index}: rank {block.rank}, but full weights have none"
    if specification.train_norms and not card.block_norms:
        yield "invalid-options", "train_norms: on, but no norm was found in the blocks; leave it off"
    yield from _optimizer_faults(specification.optimizer)
    eight_bit = eight_bit_fault(model.torch_device) if specification.optimizer.eight_bit else None
    if eight_bit is not None:
        yield "invalid-options", eight_bit
    if specification.compute.compile and model.ranks.count > 1:
        yield "invalid-options", f"compute.compile: on, but the blocks are sharded over {model.ranks.count} ranks"
    yield from _run_faults(specification)
    yield from phase_faults(specification)
    yield from _data_faults(model, data, known.rows)
    yield from _batch_faults(specification.batch_plan, data, known.steps)


def _plan_faults(card: ModelCard, plan: LayerPlan) -> Iterator[Fault]:
    indices = [block.index for block in plan.blocks]
    if plan.block_count != card.block_count:
        yield "invalid-layer-plan", f"block_count: {plan.block_count}, but the model has {card.block_count} blocks"
    if not indices:
        yield "invalid-layer-plan", "blocks: none, but at least one must be trained"
    if indices != sorted(set(indices)):
        yield "invalid-layer-plan", f"blocks: {indices}, but they must ascend, each once"
    outside = [index for index in indices if not 0 <= index < card.block_count]
    if outside:
        yield "invalid-layer-plan", f"blocks: {outside} are not in the model, which has 0 to {card.block_count - 1}"


def _lora_faults(card: ModelCard, plan: LayerPlan, method: LoraMethod) -> Iterator[Fault]:
    for block in plan.blocks:
        if block.rank is None or block.rank < 1:
            yield "invalid-layer-plan", f"block {block.index}: rank {block.rank}, but it must be 1 or more"
    known = {linear.name: linear.blocks for linear in card.block_linears}
    unknown = [target for target in method.targets if target not in known]
    if unknown or not method.targets:
        yield "invalid-layer-plan", f"targets: {unknown or 'none'}, but the blocks have {sorted(known)}"
    for block in plan.blocks:
        held = [known[target] for target in method.targets if target in known]
        if held and not any(not blocks or block.index in blocks for blocks in held):
            yield "invalid-layer-plan", f"block {block.index}: has none of the targets {list(method.targets)}"
    if not (math.isfinite(method.scale) and method.scale > 0):
        yield "invalid-options", f"scale: {method.scale}, but it must be above 0"
    if not 0 <= method.dropout < 1:
        yield "invalid-options", f"dropout: {method.dropout}, but it must be 0 to below 1"


def _optimizer_faults(settings: OptimizerSettings) -> Iterator[Fault]:
    rules = {
        "learning_rate": (0 < settings.learning_rate < math.inf, "above 0"),
        "beta1": (0 <= settings.beta1 < 1, "0 to below 1"),
        "beta2": (0 <= settings.beta2 < 1, "0 to below 1"),
        "epsilon": (0 < settings.epsilon < math.inf, "above 0"),
        "weight_decay": (0 <= settings.weight_decay < math.inf, "0 or more"),
        "max_gradient_norm": (0 <= settings.max_gradient_norm < math.inf, "0 or more"),
        "schedule": (settings.schedule in get_args(Schedule), " or ".join(get_args(Schedule))),
        "decay_steps": (
            (settings.decay_steps > 0) == (settings.schedule == "warm-up-stable-decay"),
            "above 0 with warm-up-stable-decay, else 0",
        ),
        "warmup_steps": (settings.warmup_steps >= 0, "0 or more"),
        "final_learning_rate_share": (0 <= settings.final_learning_rate_share <= 1, "0 to 1"),
    }
    for name, (holds, wanted) in rules.items():
        if not holds:
            yield "invalid-options", f"optimizer.{name}: {getattr(settings, name)}, but it must be {wanted}"


def _run_faults(specification: RunSpecification) -> Iterator[Fault]:
    if not 0 <= specification.seed < 2**64:
        yield "invalid-options", f"seed: {specification.seed}, but it must be 0 to 2^64 - 1"
    if specification.checkpoint_every_steps < 0:
        yield "invalid-options", f"checkpoint_every_steps: {specification.checkpoint_every_steps}, but 0 is the least"
    steps_known, steps_total = len(specification.batch_plan.steps), specification.steps_total
    if steps_known > steps_total or (steps_known < steps_total and not specification.open):
        wanted = f"{steps_known}{' or more' if specification.open else ''}, the steps of the batch plan"
        yield "invalid-options", f"steps_total: {steps_total}, but it must be {wanted}"
    for name, holds, wanted in (
        ("base_divergence_weight", 0 <= specification.base_divergence_weight < math.inf, "0 or more"),
        (
            "max_loss_growth",
            specification.max_loss_growth == 0 or 1 <= specification.max_loss_growth < math.inf,
            "0, or 1 or more",
        ),
        ("max_seconds", 0 <= specification.max_seconds < math.inf, "0 or more"),
    ):
        if not holds:
            yield "invalid-options", f"{name}: {getattr(specification, name)}, but it must be {wanted}"
    if specification.keep_checkpoints < 1:
        yield "invalid-options", f"keep_checkpoints: {specification.keep_checkpoints}, but 1 is the least"


def _data_faults(model: LoadedModel, data: Sequence[Datum], rows_known: int) -> Iterator[Fault]:
    vocabulary, longest = model.card.vocabulary_size, model.settings.max_sequence_tokens or model.card.context_length
    if not data:
        yield "dataset-invalid", "the data set has no rows"
    for row in range(rows_known, len(data)):
        datum = data[row]
        outside = [token for token in datum.token_ids if not 0 <= token < vocabulary]
        if outside:
            yield "dataset-invalid", f"row {row}: token ids {outside[:5]}, but the vocabulary has 0 to {vocabulary - 1}"
        if not 1 <= len(datum.token_ids) <= longest:
            yield "dataset-invalid", f"row {row}: {len(datum.token_ids)} tokens, but 1 to {longest} are allowed"
        if len(datum.loss_weights) != len(datum.token_ids):
            yield "dataset-invalid", f"row {row}: {len(datum.loss_weights)} weights for {len(datum.token_ids)} tokens"
        if not all(math.isfinite(weight) and weight >= 0 for weight in datum.loss_weights):
            yield "dataset-invalid", f"row {row}: a loss weight is negative or not finite"


def _batch_faults(plan: BatchPlan, data: Sequence[Datum], steps_known: int) -> Iterator[Fault]:
    if not plan.steps:
        yield "invalid-options", "batch_plan: no steps, but at least one is needed"
    for number, step in enumerate(plan.steps[steps_known:], start=steps_known + 1):
        rows = [row for micro_batch in step for row in micro_batch]
        outside = sorted({row for row in rows if not 0 <= row < len(data)})
        if outside:
            yield "dataset-invalid", f"step {number}: rows {outside[:5]} are not in the data set of {len(data)} rows"
        elif not step or not all(step):
            yield "invalid-options", f"step {number}: it has no micro-batch, or one without rows"
        elif not sum(trained_weight(data[row]) for row in rows) > 0:
            yield "dataset-invalid", f"step {number}: no token of its rows is trained"
