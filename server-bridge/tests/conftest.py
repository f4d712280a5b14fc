"""Fixtures for all of the sidecar's tests: tiny models, each made once a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import make_tiny_model

TinyModel = Callable[..., Path]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: fetches or computes for long; runs only when asked for with -m slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("-m"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: ask for it with -m slow"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> TinyModel:
    """Gives the folder of a tiny model: ``tiny_model(family="llama", seed=0, blocks=6)``. Do not write into it."""
    made: dict[tuple[str, int, int], Path] = {}

    def folder_of(family: str = "llama", seed: int = 0, blocks: int = 6) -> Path:
        key = (family, seed, blocks)
        if key not in made:
            made[key] = make_tiny_model(tmp_path_factory.mktemp(f"tiny-{family}"), family, seed, blocks)
        return made[key]

    return folder_of
