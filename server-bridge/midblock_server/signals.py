"""SIGTERM and SIGINT: the first one stops the server in order, a second one at once.

The first one changes nothing where the server stops already, for another reason: torchrun sends one when a process of
its group has ended, and the terminal when the parent gets one too; what the server then writes down must not be lost.
"""

from __future__ import annotations

import os
import signal
from types import FrameType

from midblock_server.limits import SHUTDOWN_GRACE_SECONDS
from midblock_server.stop_signal import StopRequest, StopSignal


def stop_on_signals(stop: StopSignal) -> None:
    """Call in the main thread."""
    is_first = True

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal is_first
        if not is_first:
            os._exit(128 + number)
        is_first = False
        stop.request(StopRequest(f"received {signal.Signals(number).name}", SHUTDOWN_GRACE_SECONDS))

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
