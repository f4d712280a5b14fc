"""The real server in this process around the fake engine, with a client that has the token."""

from __future__ import annotations

from pathlib import Path

from bridge_client import BridgeClient
from fake_engine import FakeEngine

from midblock_server.core.types import LoadSettings
from midblock_server.limits import Limits
from midblock_server.server import Server
from midblock_server.settings import ServeSettings
from midblock_server.stop_signal import StopSignal

TOKEN = "test-token"
# Small limits, so that tests can exceed them; short heartbeats, so that tests can wait for one.
LIMITS = Limits(max_chunk_bytes=64, max_dataset_bytes=4096, max_request_sequences=3, heartbeat_seconds=0.05)


class RunningServer:
    """A server, its engine, its stop signal and a client that has the token."""

    def __init__(self, state_folder: Path, engine: FakeEngine, limits: Limits = LIMITS) -> None:
        self.engine = engine
        self.stop = StopSignal()
        settings = ServeSettings(
            model=LoadSettings("fake", state_folder), state_folder=state_folder, listen="127.0.0.1:0", token=TOKEN,
            tls=None, stop_with_parent=False,
        )  # fmt: skip
        self.server = Server(settings, engine, self.stop, limits)
        self.server.start()
        self.server.load_model()
        self.client = BridgeClient(self.server.address, TOKEN)

    def close(self, grace_seconds: float = 10.0) -> None:
        self.client.close()
        self.server.close(grace_seconds)
