"""What the owner of a run should know at its start, though nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from midblock_server.core.lora_config import adapted_names
from midblock_server.core.model import LoadedModel
from midblock_server.core.quantization import number_count
from midblock_server.core.specification import LoraMethod, RunSpecification
from midblock_server.core.types import TrainingWarning

NOTICEABLE_SHARE = 0.05
"""Of the planned blocks' parameters; norms and biases, which LoRA never reaches, are far fewer."""


def run_warnings(model: LoadedModel, specification: RunSpecification) -> Iterator[TrainingWarning]:
    """Warns ("experts-not-adapted") where adapters are on all linear maps and yet leave much of the blocks out.

    That is so in a mixture of experts, whose experts are no linear maps but one tensor for all of them.
    """
    method, plan = specification.method, specification.layer_plan
    if not isinstance(method, LoraMethod) or {linear.name for linear in model.card.block_linears} - {*method.targets}:
        return
    total = sum(model.card.parameters.by_block[block.index] for block in plan.blocks)
    names = adapted_names(model, plan, method)
    reached = sum(number_count(model.module.get_submodule(name).weight) for name in names)
    if total - reached > NOTICEABLE_SHARE * total:
        yield TrainingWarning(
            "experts-not-adapted",
            f"LoRA reaches {reached / total:.0%} of the parameters in the planned blocks: the rest, such as experts, "
            "are not in linear maps. Full weights train them too.",
        )
