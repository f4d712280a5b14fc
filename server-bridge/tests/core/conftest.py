"""Fixtures for tests of core: loading a model plainly, and a model folder that a test may change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
