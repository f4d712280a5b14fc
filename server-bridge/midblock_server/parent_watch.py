"""Stops the server when the process that started it is gone, so that no orphan keeps the device's memory."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from midblock_server.limits import ORPHAN_GRACE_SECONDS
from midblock_server.stop_signal import StopRequest, StopSignal

POLL_SECONDS = 2.0
_PR_SET_PDEATHSIG = 1


def stop_with_parent(stop: StopSignal, parent_pid: int) -> None:
    """Watches standard input and the parent's pid. Call in the main thread, with the pid read as early as possible.

    On Linux the kernel tells of the parent's end too. It means the thread that started us: a client must start servers
    from a thread that lives as long as the server should.
    """

    def stop_orphan(reason: str) -> None:
        stop.request(StopRequest(reason, ORPHAN_GRACE_SECONDS))

    if sys.platform == "linux":
        _signal_on_parent_death(stop_orphan)
    if os.getppid() != parent_pid:
        stop_orphan("the parent process ended during the start")
    threading.Thread(target=_watch_input, args=(stop_orphan,), name="stdin-watch", daemon=True).start()
    threading.Thread(target=_watch_pid, args=(stop_orphan, parent_pid), name="parent-watch", daemon=True).start()


def _signal_on_parent_death(stop_orphan: Callable[[str], None]) -> None:
    def handle(number: int, frame: FrameType | None) -> None:
        stop_orphan("the kernel reported the parent's end")

    signal.signal(signal.SIGUSR1, handle)
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)


def _watch_input(stop_orphan: Callable[[str], None]) -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass  # no standard input at all counts as its end
    stop_orphan("standard input ended")


def _watch_pid(stop_orphan: Callable[[str], None], parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(POLL_SECONDS)
    stop_orphan("the parent process ended")
