"""Starts one server of two processes as torchrun does, and knows the processes apart."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from bridge_client import BridgeClient
from server_process import SERVER_BRIDGE, TOKEN

DEVICE = ("--threads", "1", "--device", "cpu", "--dtype", "float32")
END_SECONDS = 60


class ProcessGroup:
    """Two processes on this machine that serve ``model`` together. ``state`` is the state folder."""

    def __init__(self, folder: Path, state: Path, model: Path) -> None:
        self._log = folder / "log"
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        folders = ["--state-folder", str(state), "--cache-folder", str(folder / "cache")]
        serve = ["-m", "midblock_server", "serve", "--model", str(model), *folders, *DEVICE]
        environment = {"PYTHONPATH": str(SERVER_BRIDGE), "MIDBLOCK_TOKEN": TOKEN, "OMP_NUM_THREADS": "1"}
        with self._log.open("w") as log:
            self._torchrun = subprocess.Popen(
                [sys.executable, *torchrun, *serve, "--listen", f"unix:{folder}/group.sock"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **environment},
            )

    def client(self) -> BridgeClient:
        """Waits until the first process listens, and connects to it."""
        assert self._torchrun.stdout is not None
        line = self._torchrun.stdout.readline()
        assert line, self.log()
        return BridgeClient(json.loads(line)["address"], TOKEN)

    def log(self) -> str:
        """What all processes have logged so far."""
        return self._log.read_text()

    def kill_follower(self) -> None:
        """Kills the process that serves no clients. It must have begun to follow."""
        found = re.search(r"following as process (\d+)", self.log())
        assert found, self.log()
        os.kill(int(found[1]), signal.SIGKILL)

    def wait(self) -> int:
        """Waits for the end of all processes; returns torchrun's exit code."""
        return self._torchrun.wait(END_SECONDS)

    def stop(self) -> None:
        """Ends what is left of them."""
        self._torchrun.terminate()
        self._torchrun.communicate(timeout=END_SECONDS)
