"""Who adapts all linear maps is told where that leaves most of a block out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from training_runs import FULL, every_linear, run, specify

from midblock_server.core.model import LoadedModel
from midblock_server.core.run_warnings import run_warnings
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import LoraMethod
from midblock_server.core.types import TrainingStarted, TrainingWarning

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


def test_a_run_on_a_mixture_of_experts_begins_with_a_warning(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model("qwen3_moe")))
    started, warning, *_ = run(session, specify(session.model, every_linear(session.model)), tmp_path)
    assert isinstance(started, TrainingStarted)
    assert isinstance(warning, TrainingWarning)
    assert warning.code == "experts-not-adapted"
    blocks = [dict(session.model.blocks.modules[index].named_parameters()) for index in (2, 3)]
    total = sum(tensor.numel() for block in blocks for tensor in block.values())
    experts = sum(tensor.numel() for block in blocks for tensor in block.values() if tensor.ndim == 3)
    share = int(warning.message.split(" ")[2].removesuffix("%")) / 100
    assert experts > 0.5 * total
    assert share < 1 - experts / total + 0.01


@pytest.mark.parametrize("family", ["llama", "gpt2", "phi3", "gemma2"])
def test_dense_models_give_no_warning(family: str, load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model(family))
    assert list(run_warnings(model, specify(model, every_linear(model)))) == []


def test_full_weights_and_chosen_maps_give_no_warning(load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model("qwen3_moe"))
    assert list(run_warnings(model, specify(model, FULL))) == []
    chosen = LoraMethod(targets=("self_attn.q_proj",), scale=2.0)
    assert list(run_warnings(model, specify(model, chosen))) == []
