"""Starts the server as a process of its own and reads what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bridge_client import BridgeClient

TOKEN = "process-token"
SERVER_BRIDGE = Path(__file__).parents[2]
FAKE_SERVER = str(Path(__file__).with_name("fake_server.py"))


class ServerProcess:
    """``arguments`` go beside those every server needs; ``released`` lets held steps of the fake engine go on.

    ``model`` is "fake", or a folder that the real engine loads.
    """

    def __init__(
        self, folder: Path, *arguments: str, token: str | None = TOKEN, released: bool = False, model: str = "fake"
    ) -> None:
        environment = {**os.environ, "PYTHONPATH": str(SERVER_BRIDGE), "MIDBLOCK_FAKE_RELEASE": str(int(released))}
        environment.pop("MIDBLOCK_TOKEN", None)
        if token is not None:
            environment["MIDBLOCK_TOKEN"] = token
        program = [FAKE_SERVER] if model == "fake" else ["-m", "midblock_server"]
        folders = ["--state-folder", str(folder / "state"), "--cache-folder", str(folder / "cache")]
        self.process = subprocess.Popen(
            [sys.executable, *program, "serve", "--model", model, *folders, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.output, self.log = self.process.stdout, self.process.stderr

    def announcement(self) -> dict[str, Any]:
        """The next line of standard output."""
        line = self.output.readline()
        assert line, f"no announcement; the log says: {self.log.read()}"
        told: dict[str, Any] = json.loads(line)
        return told

    def close_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None

    def client(self, token: str = TOKEN) -> BridgeClient:
        ready = self.announcement()
        assert ready["event"] == "ready", ready
        return BridgeClient(ready["address"], token)

    def finish(self) -> tuple[int, list[dict[str, Any]]]:
        """Waits for the end; gives exit code and log lines, each of which must be JSON."""
        _, log = self.process.communicate(timeout=60)
        return self.process.returncode, [json.loads(line) for line in log.splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
