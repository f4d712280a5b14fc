"""Makes a virtual environment under a lock, step by step; the SDK runs it with a bare Python.

Usage: make_environment.py PLAN, where PLAN is JSON: {"lock": path, "folder": path, "python": path inside the folder,
"marker": path inside the folder, "markerText": text, "steps": [{"stage": name, "command": [...]}]}.
Prints "@stage NAME" before each step and, first, "@stage waiting" where another process holds the lock; all else on
standard output is what the steps print. Exit status: 0 when the environment is whole, else that of the failed step.

The lock belongs to the operating system, which releases it however this process ends, so no stale lock can exist. Ends,
with the step it is in, when standard input ends: then whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def main(plan: dict[str, Any]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the starter too, who ends our input in its own time.
    steps = Steps()
    threading.Thread(target=steps.stop_with_starter, daemon=True).start()
    with exclusive_lock(plan["lock"]) as lock:
        if os.path.exists(plan["marker"]) and os.path.exists(plan["python"]):
            return 0  # Another process made it while this one waited.
        shutil.rmtree(plan["folder"], ignore_errors=True)
        for step in plan["steps"]:
            announce(step["stage"])
            status = steps.run(step["command"], lock)
            if status != 0:
                return status
        write_marker(plan["marker"], plan["markerText"])
    return 0


def announce(stage: str) -> None:
    print(f"@stage {stage}", flush=True)


class Steps:
    """Runs one command at a time and stops it with the starter."""

    def __init__(self) -> None:
        self._current: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()

    def run(self, command: list[str], lock: int) -> int:
        """Runs a command to its end and returns its exit status, 128 + n where signal n ended it."""
        with self._guard:
            self._current = start_group(command, lock)
        status = self._current.wait()
        return status if status >= 0 else 128 - status

    def stop_with_starter(self) -> None:
        while os.read(0, 1024):
            pass
        with self._guard:
            if self._current is not None and self._current.poll() is None:
                stop_group(self._current)
            os._exit(1)


@contextmanager
def exclusive_lock(path: str) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not try_lock(handle):
            announce("waiting")
            wait_for_lock(handle)
        yield handle
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def start_group(command: list[str], lock: int) -> subprocess.Popen[bytes]:
        del lock
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def stop_group(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()

    def try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def wait_for_lock(handle: int) -> None:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # Gives up by itself after ten seconds.
            except OSError:
                continue
            return
else:
    import fcntl

    def start_group(command: list[str], lock: int) -> subprocess.Popen[bytes]:
        """The step holds the lock too: should it outlive this process, no other maker starts beside it."""
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, pass_fds=(lock,), start_new_session=True
        )

    def stop_group(process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait_for_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


def write_marker(path: str, text: str) -> None:
    """Written aside and renamed: the marker is whole or is not there."""
    aside = f"{path}.{os.getpid()}"
    with open(aside, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(aside, path)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
