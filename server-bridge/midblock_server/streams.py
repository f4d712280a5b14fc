"""Runs a slow iterator aside, so that its stream can send heartbeats and hear of cancellation meanwhile."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc

from midblock_server.core.errors import CancelledError
from midblock_server.gen.midblock.v1 import common_pb2

Item = TypeVar("Item")


def heartbeat() -> common_pb2.Heartbeat:
    return common_pb2.Heartbeat(unix_seconds=time.time())


@dataclass(frozen=True)
class _Produced(Generic[Item]):
    item: Item


@dataclass(frozen=True)
class _Ended:
    error: Exception | None


def with_heartbeats(
    produce: Callable[[Callable[[], bool]], Iterator[Item]],
    context: grpc.ServicerContext,
    heartbeat_seconds: float,
) -> Iterator[Item | None]:
    """Yields what ``produce(cancelled)`` yields, and None each time nothing came for ``heartbeat_seconds``.

    ``cancelled()`` turns true when the call ends, for whatever reason; what ``produce`` raises is raised here.
    """
    arrivals: queue.SimpleQueue[_Produced[Item] | _Ended] = queue.SimpleQueue()
    cancelled = threading.Event()

    def stop() -> None:
        cancelled.set()
        arrivals.put(_Ended(CancelledError("cancelled", "The call was cancelled.")))

    def run() -> None:
        try:
            for item in produce(cancelled.is_set):
                arrivals.put(_Produced(item))
        except Exception as error:
            arrivals.put(_Ended(error))
        else:
            arrivals.put(_Ended(None))

    if not context.add_callback(stop):
        raise CancelledError("cancelled", "The call was cancelled before it began.")
    threading.Thread(target=run, name="inference", daemon=True).start()
    try:
        yield from _take(arrivals, heartbeat_seconds)
    finally:
        cancelled.set()


def _take(arrivals: queue.SimpleQueue[_Produced[Item] | _Ended], heartbeat_seconds: float) -> Iterator[Item | None]:
    while True:
        try:
            arrival = arrivals.get(timeout=heartbeat_seconds)
        except queue.Empty:
            yield None
            continue
        if isinstance(arrival, _Produced):
            yield arrival.item
        elif arrival.error is not None:
            raise arrival.error
        else:
            return
