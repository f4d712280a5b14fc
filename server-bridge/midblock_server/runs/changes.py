"""Lets threads wait for the run record to change, without polling."""

from __future__ import annotations

import threading


class Changes:
    """A number that grows with every change. Take ``number`` before reading, wait beyond it after."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._number = 0

    @property
    def number(self) -> int:
        with self._condition:
            return self._number

    def announce(self) -> None:
        with self._condition:
            self._number += 1
            self._condition.notify_all()

    def wait_beyond(self, number: int, timeout_seconds: float | None = None) -> bool:
        """Waits for a change after ``number``; False where none came in time."""
        with self._condition:
            return self._condition.wait_for(lambda: self._number > number, timeout_seconds)
