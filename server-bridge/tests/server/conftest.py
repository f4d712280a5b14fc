"""Fixtures: a running server and its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bridge_client import BridgeClient
from fake_engine import FakeEngine
from running_server import RunningServer


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.may_load.set()
    return engine


@pytest.fixture
def running(tmp_path: Path, engine: FakeEngine) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path / "state", engine)
    yield server
    engine.may_load.set()
    engine.release.set()
    server.close()


@pytest.fixture
def client(running: RunningServer) -> BridgeClient:
    return running.client
