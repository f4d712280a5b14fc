"""The lock serves its waiters in the order they came."""

from __future__ import annotations

import threading
import time

from midblock_server.core.fair_lock import FairLock


def wait_for_waiters(lock: FairLock, count: int) -> None:
    while lock.waiting < count:
        time.sleep(0)


def test_waiters_are_served_in_order_and_before_one_that_comes_back() -> None:
    lock = FairLock()
    served: list[str] = []

    def take(name: str) -> None:
        with lock:
            served.append(name)

    threads = [threading.Thread(target=take, args=(name,)) for name in ("first", "second", "third")]
    with lock:
        for count, thread in enumerate(threads, start=1):
            thread.start()
            wait_for_waiters(lock, count)
    take("holder again")
    for thread in threads:
        thread.join()
    assert served == ["first", "second", "third", "holder again"]


def test_only_one_holds_it() -> None:
    lock = FairLock()
    holders = 0
    most = 0

    def work() -> None:
        nonlocal holders, most
        for _ in range(200):
            with lock:
                holders += 1
                most = max(most, holders)
                time.sleep(0)
                holders -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, holders) == (1, 0)


def test_an_error_inside_frees_it() -> None:
    lock = FairLock()
    try:
        with lock:
            raise ValueError
    except ValueError:
        pass
    with lock:
        assert lock.waiting == 0
