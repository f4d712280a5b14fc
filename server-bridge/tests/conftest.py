"""Fixtures for all of the sidecar's tests: tiny models, each made once a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import FAMILIES, make_tiny_model

TinyModel = Callable[..., Path]
QUICK_FAMILIES = {"llama", "gemma2"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: fetches or computes for long; runs only when asked for with -m slow")
    config.addinivalue_line(
        "markers", "thorough: takes seconds, or is another family's turn; left out of the quick check"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if _is_of_another_family(item):
            item.add_marker(pytest.mark.thorough)
    if config.getoption("-m"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: ask for it with -m slow"))


def _is_of_another_family(item: pytest.Item) -> bool:
    """The quick check tries each thing on a plain decoder and on the one that differs most from it."""
    parameters = getattr(item, "callspec", None)
    parts = parameters.id.split("-") if parameters is not None else []
    families = {part for part in parts if part in FAMILIES}
    return bool(families) and not families & QUICK_FAMILIES


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
