"""Turns that several ranks take together on a model that each holds a share of.

Rank 0 decides which operation has the next turn, and whether there is a next one; the others follow. They run the same
code on the same values, so a turn makes the same passes through the model everywhere. All that is told is told at the
beginning of a turn, while rank 0 holds the device: nothing else may come in between.
"""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, cast

from midblock_server.core.errors import CancelledError, MidblockServerError
from midblock_server.core.fair_lock import FairLock
from midblock_server.core.ranks import Ranks
from midblock_server.core.types import ErrorDetail

logger = logging.getLogger(__name__)

Perform = Callable[[Any, AbstractContextManager[None]], None]
"""Carries out a command to its end, taking its turns by the lock given."""


@dataclass(frozen=True)
class _Turn:
    """The next turn. ``command`` comes with an operation's first; those in ``ended`` take no more turns."""

    operation: int
    command: object
    ended: tuple[int, ...]


class Leader:
    """Rank 0's side. ``on_lost`` is called once, when the ranks can't go on together."""

    def __init__(self, ranks: Ranks, on_lost: Callable[[], None]) -> None:
        self._ranks = ranks
        self._on_lost = on_lost
        self._lock = FairLock()
        self._numbers = itertools.count()
        self._ended: deque[int] = deque()
        self._is_lost = False

    def operation(self, command: object, cancelled: Callable[[], bool]) -> LeadingTurns:
        """The turns of a new operation; one that is cancelled gets no further turn but a CancelledError."""
        return LeadingTurns(self, next(self._numbers), command, cancelled)

    def close(self) -> None:
        """Lets the other ranks end, once the turn under way is over."""
        with self._lock:
            if not self._is_lost:
                self._ranks.from_first(None)

    def end(self, operation: int) -> None:
        """Takes note that an operation takes no more turns; the other ranks hear of it with the next turn."""
        self._ended.append(operation)

    def begin_turn(self, operation: int, command: object) -> None:
        """Waits for the device, and until all ranks are ready. Raises what keeps one of them from it."""
        self._lock.__enter__()
        try:
            self._ranks.use_device()
            self._call_all(_Turn(operation, command, self._take_ended()))
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise

    def end_turn(self, error: BaseException | None) -> None:
        """Frees the device. Raises "sidecar-exited" where the error is one that other ranks don't have too."""
        if error is not None and not _is_common(error):
            self._lose()
        self._lock.__exit__(None, None, None)
        if isinstance(error, Exception) and not isinstance(error, MidblockServerError):
            raise _lost(str(error)) from error

    def _call_all(self, turn: _Turn) -> None:
        if self._is_lost:
            raise _lost("")
        try:
            self._ranks.from_first(turn)
            faults = self._ranks.of_all(None)
        except RuntimeError as error:
            self._lose()
            raise _lost(str(error)) from error
        fault = next(filter(None, faults), None)
        if fault is not None:
            raise MidblockServerError.of(fault)

    def _take_ended(self) -> tuple[int, ...]:
        return tuple(self._ended.popleft() for _ in range(len(self._ended)))

    def _lose(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._on_lost()


class LeadingTurns:
    """The lock of one operation on rank 0."""

    def __init__(self, leader: Leader, number: int, command: object, cancelled: Callable[[], bool]) -> None:
        self._leader = leader
        self._number = number
        self._command = command
        self._cancelled = cancelled

    def end(self) -> None:
        """Tells that no more turns are taken."""
        self._leader.end(self._number)

    def __enter__(self) -> None:
        if self._cancelled():
            raise CancelledError("cancelled", "The call was cancelled.")
        self._leader.begin_turn(self._number, self._command)
        self._command = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leader.end_turn(error)


class Follower:
    """Any other rank's side. ``on_lost`` is called where this rank fails alone; it must end the process."""

    def __init__(self, ranks: Ranks, perform: Perform, on_lost: Callable[[Exception], None]) -> None:
        self._ranks = ranks
        self._perform = perform
        self._on_lost = on_lost
        self._operations: dict[int, FollowingTurns] = {}

    def follow(self) -> None:
        """Takes part in all turns until rank 0 closes."""
        while (turn := self._next_turn()) is not None:
            for number in turn.ended:
                if number in self._operations:
                    self._operations.pop(number).grant(False)
            if turn.operation not in self._operations:
                self._operations[turn.operation] = FollowingTurns(
                    self._ranks, turn.command, self._perform, self._on_lost
                )
            turns = self._operations[turn.operation]
            if not any(self._ranks.of_all(turns.fault())):
                turns.grant(True)
                turns.wait_for_end()

    def _next_turn(self) -> _Turn | None:
        return cast("_Turn | None", self._ranks.from_first(None))


class FollowingTurns:
    """The lock of one operation on another rank, and the thread that carries it out."""

    def __init__(self, ranks: Ranks, command: object, perform: Perform, on_lost: Callable[[Exception], None]) -> None:
        self._ranks = ranks
        self._on_lost = on_lost
        self._granted: SimpleQueue[bool] = SimpleQueue()
        self._news: SimpleQueue[ErrorDetail | None] = SimpleQueue()
        Thread(target=self._run, args=(command, perform), name="operation", daemon=True).start()

    def fault(self) -> ErrorDetail | None:
        """Waits until the operation is ready for its next turn; tells why it never will be, None if it is."""
        return self._news.get()

    def grant(self, go_on: bool) -> None:
        """Gives the operation its turn, or ends it."""
        self._granted.put(go_on)

    def wait_for_end(self) -> None:
        """Waits for the end of the turn."""
        self._news.get()

    def __enter__(self) -> None:
        self._news.put(None)
        if not self._granted.get():
            raise _EndedError
        self._ranks.use_device()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not _is_common(error):
            self._on_lost(error)
        self._news.put(None)

    def _run(self, command: object, perform: Perform) -> None:
        try:
            perform(command, self)
        except _EndedError:
            return
        except MidblockServerError as error:
            self._news.put(error.detail)
        except Exception as error:
            logger.exception("an operation failed between its turns")
            self._news.put(ErrorDetail("internal", f"Another rank failed with {type(error).__name__}."))
        else:
            self._news.put(ErrorDetail("internal", "Another rank was done with an operation before rank 0."))


class _EndedError(Exception):
    """Rank 0 takes no more turns for an operation."""


def _is_common(error: BaseException) -> bool:
    """Whether all ranks have this error, because they all come to it or agreed on it."""
    return isinstance(error, MidblockServerError) and error.code != "out-of-memory"


def _lost(found: str) -> MidblockServerError:
    return MidblockServerError(
        "sidecar-exited",
        "One of the server's processes has ended, or can't go on with the others.",
        found=found,
        next_step="Start the server again, and resume the run from its last checkpoint.",
    )
