"""Checkpointed blocks give the same gradients from less memory; compiled ones the same to rounding."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torch._dynamo.utils import counters
from training_runs import FULL, TWO_BY_FOUR, every_linear, file_bytes, last_checkpoint, make_rows, run, specify

from midblock_server.core.errors import SpecificationError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import ComputeSettings
from midblock_server.core.trainer import make_training
from midblock_server.core.training_step import run_step
from midblock_server.core.types import StepDone

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]

CHECKPOINTED = ComputeSettings(gradient_checkpointing=True)
COMPILED = ComputeSettings(compile=True)
BOTH = ComputeSettings(compile=True, gradient_checkpointing=True)


@contextmanager
def saved_bytes() -> Iterator[list[int]]:
    """Collects the size of each storage that is kept for a backward pass, weights among them."""
    kept: dict[int, int] = {}
    sizes: list[int] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in kept:
            kept[storage.data_ptr()] = storage.nbytes()
            sizes.append(storage.nbytes())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        yield sizes


@pytest.mark.parametrize("family", ["llama", "gemma2", "gpt2"])
@pytest.mark.parametrize("kind", ["lora", "full-weights"])
def test_checkpointing_changes_no_bit(
    *, kind: str, family: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family)))
    method = FULL if kind == "full-weights" else every_linear(session.model, dropout=0.3)
    ends = [
        file_bytes(last_checkpoint(run(session, specify(session.model, method, compute=compute), tmp_path / name)))
        for name, compute in (("plain", ComputeSettings()), ("checkpointed", CHECKPOINTED))
    ]
    assert ends[0]["training_state.safetensors"] == ends[1]["training_state.safetensors"]


def test_checkpointing_keeps_little_more_than_each_blocks_input(load: Load, tiny_model: MakeModel) -> None:
    session = ModelSession(load(tiny_model()))
    sizes = {}
    for name, compute in (("plain", ComputeSettings()), ("checkpointed", CHECKPOINTED)):
        specification = specify(session.model, steps=[(TWO_BY_FOUR[0],)], compute=compute)
        training = make_training(session, specification, make_rows())
        with session.turn_with(training.band) as model, saved_bytes() as collected:
            run_step(model, training, 0)
        sizes[name] = sum(collected)
    assert sizes["checkpointed"] < 0.5 * sizes["plain"]


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which(os.environ.get("CXX", "g++")) is None, reason="torch.compile needs a C++ compiler")
def test_compiled_blocks_agree_to_rounding(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(blocks=4)))
    method = every_linear(session.model, dropout=0.3)
    losses = []
    counters.clear()
    for name, compute in {"plain": ComputeSettings(), "compiled": COMPILED, "both": BOTH}.items():
        events = run(session, specify(session.model, method, {1: 4}, compute=compute), tmp_path / name)
        losses.append([event.loss for event in events if isinstance(event, StepDone)])
        assert (counters["stats"]["unique_graphs"] > 0) == compute.compile
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    assert losses[2] == pytest.approx(losses[0], rel=1e-5)


def test_without_a_compiler_it_says_so_at_the_start(
    load: Load, tiny_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load(tiny_model()))
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(SpecificationError, match="can't be compiled") as caught:
        run(session, specify(session.model, compute=COMPILED), tmp_path)
    assert caught.value.code == "invalid-options"
    assert "no-such-compiler" in caught.value.detail.found
