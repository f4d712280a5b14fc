"""The real server process around the fake engine. MIDBLOCK_FAKE_RELEASE=1 in the environment lets held steps go on."""

from __future__ import annotations

import logging
import os
import sys

from midblock_server.logs import take_over_standard_streams


def main() -> int:
    parent_pid = os.getppid()
    announcements = take_over_standard_streams()
    from fake_engine import FakeEngine

    from midblock_server.serve import run

    engine = FakeEngine()
    engine.may_load.set()
    if os.environ.get("MIDBLOCK_FAKE_RELEASE") == "1":
        engine.release.set()
    return run(sys.argv[1:], engine, parent_pid, announcements)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)
