"""One request to stop, from wherever it comes first: a signal, a client, a vanished parent, a crash inside."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class StopRequest:
    """``grace_seconds`` is how long a running step may take to end."""

    reason: str
    grace_seconds: float
    exit_code: int = 0


class StopSignal:
    """The first request counts; later ones change nothing."""

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._request: StopRequest | None = None
        # Reentrant, since a signal handler may run while the main thread holds it.
        self._lock = threading.RLock()

    def request(self, request: StopRequest) -> None:
        with self._lock:
            if self._request is None:
                self._request = request
        self._requested.set()

    def wait(self) -> StopRequest:
        self._requested.wait()
        request = self._request
        assert request is not None
        return request
