"""SIGTERM and SIGINT: the first one stops the server in order, a second one at once."""

from __future__ import annotations

import os
import signal
from types import FrameType

from midblock_server.limits import SHUTDOWN_GRACE_SECONDS
from midblock_server.stop_signal import StopRequest, StopSignal


def stop_on_signals(stop: StopSignal) -> None:
    """Call in the main thread."""

    def handle(number: int, frame: FrameType | None) -> None:
        request = StopRequest(f"received {signal.Signals(number).name}", SHUTDOWN_GRACE_SECONDS)
        if not stop.request(request):
            os._exit(128 + number)

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
