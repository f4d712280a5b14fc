"""Fixtures for tests of core: loading a model plainly, and a model folder that a test may change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from midblock_server.core import head, training_step
from midblock_server.core.model import LoadedModel, load_model
from midblock_server.core.types import LoadSettings


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., LoadedModel]:
    """Loads ``source`` on one CPU thread in float32, with an empty cache; keywords change the settings."""

    def call(source: Path | str, **changes: Any) -> LoadedModel:
        settings = {"device": "cpu", "dtype": "float32", "threads": 1, **changes}
        return load_model(LoadSettings(str(source), tmp_path / "cache", **settings))

    return call


@pytest.fixture
def tiny_copy(tiny_model: Callable[..., Path], tmp_path: Path) -> Path:
    """The folder of a tiny llama that the test may change."""
    return Path(shutil.copytree(tiny_model(), tmp_path / "model"))


@pytest.fixture
def gradients(monkeypatch: pytest.MonkeyPatch) -> dict[int, torch.Tensor]:
    """Keeps the optimiser from stepping, and collects the gradients it is given, by id of the parameter.

    The loss is computed in many chunks meanwhile.
    """
    kept: dict[int, torch.Tensor] = {}
    monkeypatch.setattr(head, "CHUNK_ROWS", 5)

    def keep(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
        for parameter in (each for group in optimizer.param_groups for each in group["params"]):
            kept[id(parameter)] = parameter.grad.clone()

    monkeypatch.setattr(training_step, "step_optimizer", keep)
    return kept
