"""What one micro-batch computed is gone before the next one computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
import torch
from training_runs import make_rows, specify

from midblock_server.core import block_range, training_step
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.trainer import make_training


def test_no_states_of_a_micro_batch_outlive_it(
    load: Callable[..., LoadedModel], tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load(tiny_model()))
    training = make_training(session, specify(session.model, steps=(((0, 1), (2,), (3,)),)), make_rows())
    computed: list[ref[torch.Tensor]] = []
    left: list[int] = []

    def watched(*arguments: Any) -> torch.Tensor:
        left.append(sum(each() is not None for each in computed))
        states = block_range.hidden_states(*arguments)
        computed.append(ref(states))
        return states

    monkeypatch.setattr(training_step, "hidden_states", watched)
    with session.turn_with(training.band) as model:
        training_step.run_step(model, training, 0)
    assert left == [0, 0, 0]
