"""A lock that serves in order of arrival: threading.Lock lets one that has just left come straight back."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairLock:
    """First come, first served. Used by ``with``; not reentrant."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for it now."""
        with self._state:
            return len(self._waiting)

    def __enter__(self) -> None:
        with self._state:
            if not self._held:
                self._held = True
                return
            served = threading.Event()
            self._waiting.append(served)
        served.wait()  # whoever leaves hands the lock over: it stays held

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._state:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False
