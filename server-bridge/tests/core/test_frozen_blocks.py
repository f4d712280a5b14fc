"""Autograd records nothing below the band, and no gradient of a frozen weight anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_runs import FULL, LORA, make_rows, specify

from midblock_server.core import head, training_step
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import FullWeightsMethod, LoraMethod
from midblock_server.core.trainer import make_training


@pytest.mark.parametrize("method", [LORA, FULL])
def test_the_graph_of_a_loss_ends_in_trained_tensors_alone(
    method: LoraMethod | FullWeightsMethod,
    load: Callable[..., LoadedModel],
    tiny_model: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = ModelSession(load(tiny_model()))
    specification = specify(session.model, method, steps=(((0, 1),),))
    training = make_training(session, specification, make_rows())
    losses: list[torch.Tensor] = []
    weighted_loss_sum = head.weighted_loss_sum

    def watched(*arguments: Any) -> torch.Tensor:
        losses.append(weighted_loss_sum(*arguments))
        return losses[-1]

    monkeypatch.setattr(training_step, "weighted_loss_sum", watched)
    inputs: dict[int, bool] = {}
    for index, block in enumerate(session.model.blocks.modules):
        block.register_forward_pre_hook(lambda _, given, index=index: inputs.update({index: given[0].requires_grad}))
    trained = list(training.band.parameters.values())
    with session.turn_with(training.band) as model:
        training_step.run_step(model, training, 0)
        frozen = [tensor for tensor in model.module.parameters() if not tensor.requires_grad]
        working = [tensor for tensor in model.module.parameters() if tensor.requires_grad]
    band = [block.index for block in specification.layer_plan.blocks]
    assert inputs == {index: index > band[0] for index in inputs}
    leaves = {id(tensor) for tensor in graph_leaves(losses[0])}
    assert leaves <= {id(tensor) for tensor in (*trained, *working)}
    assert len(leaves) == len(trained)
    assert len(frozen) > 0
    assert all(tensor.grad is None for tensor in frozen)


def graph_leaves(loss: torch.Tensor) -> list[torch.Tensor]:
    """The tensors that a backward pass from ``loss`` would accumulate gradients in."""
    waiting, seen, leaves = [loss.grad_fn], set(), []
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        waiting.extend(following for following, _ in node.next_functions)
    return leaves
