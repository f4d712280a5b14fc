"""Turns that ranks take together, tried with two threads in place of two processes: who decides, who is told what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from queue import SimpleQueue
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any, TypeVar, cast

import pytest

from midblock_server.core.errors import CancelledError, MidblockServerError, TrainingError
from midblock_server.core.lockstep import Follower, Leader
from midblock_server.core.ranks import Ranks

Value = TypeVar("Value")
Turns = AbstractContextManager[None]
PATIENCE_SECONDS = 30


class TwoThreads(Ranks):
    """A rank whose other one is a thread: what is told goes over a table, between two barriers."""

    def __init__(self, index: int, table: dict[int, Any], barrier: Barrier) -> None:
        super().__init__(index, 2)
        object.__setattr__(self, "_exchange", (table, barrier))

    def of_all(self, value: Value) -> list[Value]:
        table, barrier = cast("tuple[dict[int, Any], Barrier]", self.__dict__["_exchange"])
        table[self.index] = value
        barrier.wait(PATIENCE_SECONDS)
        values = [table[0], table[1]]
        barrier.wait(PATIENCE_SECONDS)
        return values

    def from_first(self, value: Value) -> Value:
        return self.of_all(value)[0]


class Pair:
    """A leader, and a follower whose operations are carried out by ``perform``."""

    def __init__(self, perform: Callable[[Any, Turns], None]) -> None:
        table: dict[int, Any] = {}
        self._barrier = barrier = Barrier(2)
        self.lost: list[str] = []
        self.leader = Leader(TwoThreads(0, table, barrier), lambda: self.lost.append("leader"))
        self._follower = Follower(TwoThreads(1, table, barrier), perform, lambda error: self.lost.append(str(error)))
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends both, in order unless the leader has lost the follower; then as when a process ends."""
        self.leader.close()
        if "leader" in self.lost:
            self._barrier.abort()
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    def _follow(self) -> None:
        with suppress(BrokenBarrierError):
            self._follower.follow()


@pytest.fixture
def done() -> SimpleQueue[str]:
    """What the follower did, in order."""
    return SimpleQueue()


@pytest.fixture
def pair(done: SimpleQueue[str]) -> Iterator[Pair]:
    def perform(command: str, turns: Turns) -> None:
        if command == "has no data":
            raise MidblockServerError("dataset-not-found", "There is no such data set here.")
        for number in range(3):
            with turns:
                done.put(f"{command} {number}")
                if command == "explodes":
                    raise TrainingError("loss-exploded", "The loss has exploded.")
                if command == "fails alone":
                    raise RuntimeError("a bug")

    pair = Pair(perform)
    yield pair
    pair.close()


def never() -> bool:
    return False


def told(done: SimpleQueue[str], count: int) -> list[str]:
    return [done.get(timeout=PATIENCE_SECONDS) for _ in range(count)]


def test_operations_take_turns_in_the_order_of_the_leader(pair: Pair, done: SimpleQueue[str]) -> None:
    first, second = (pair.leader.operation(name, never) for name in ("first", "second"))
    for turns in (first, second, second, first):
        with turns:
            pass
    assert told(done, 4) == ["first 0", "second 0", "second 1", "first 1"]


def test_a_cancelled_operation_gets_no_further_turn_and_the_others_go_on(pair: Pair, done: SimpleQueue[str]) -> None:
    gone = False
    cancelled = pair.leader.operation("cancelled", lambda: gone)
    with cancelled:
        pass
    gone = True
    with pytest.raises(CancelledError), cancelled:
        pytest.fail("it had a turn")
    cancelled.end()
    with pair.leader.operation("next", never):
        pass
    assert told(done, 2) == ["cancelled 0", "next 0"]
    assert done.empty()


def test_what_keeps_another_rank_from_its_turn_is_raised_at_the_leader(pair: Pair, done: SimpleQueue[str]) -> None:
    with pytest.raises(MidblockServerError) as caught, pair.leader.operation("has no data", never):
        pytest.fail("it had a turn")
    assert caught.value.code == "dataset-not-found"
    with pair.leader.operation("next", never):
        pass
    assert told(done, 1) == ["next 0"]
    assert pair.lost == []


def test_an_error_that_all_ranks_come_to_ends_the_operation_alone(pair: Pair, done: SimpleQueue[str]) -> None:
    with pytest.raises(TrainingError), pair.leader.operation("explodes", never):
        raise TrainingError("loss-exploded", "The loss has exploded.")
    with pair.leader.operation("next", never):
        pass
    assert told(done, 2) == ["explodes 0", "next 0"]
    assert pair.lost == []


def test_an_error_of_one_rank_alone_loses_the_group(pair: Pair) -> None:
    with pair.leader.operation("fails alone", never):
        pass
    with pair.leader.operation("next", never):  # the turn before has ended for both once this one begins
        pass
    assert pair.lost == ["a bug"]


def test_after_the_leader_failed_alone_nothing_begins(pair: Pair) -> None:
    with pytest.raises(MidblockServerError) as caught, pair.leader.operation("first", never):
        raise RuntimeError("a bug")
    assert caught.value.code == "sidecar-exited"
    with pytest.raises(MidblockServerError) as again, pair.leader.operation("second", never):
        pytest.fail("it had a turn")
    assert again.value.code == "sidecar-exited"
    assert pair.lost == ["leader"]
