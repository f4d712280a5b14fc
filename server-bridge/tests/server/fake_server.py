"""The real server process around the fake engine. MIDBLOCK_FAKE_RELEASE=1 in the environment lets held steps go on."""

from __future__ import annotations

import logging
import os
import sys

from fake_engine import FakeEngine

from midblock_server.logs import take_over_standard_streams
from midblock_server.serve import run

if __name__ == "__main__":
    parent_pid = os.getppid()
    announcements = take_over_standard_streams()
    engine = FakeEngine()
    engine.may_load.set()
    if os.environ.get("MIDBLOCK_FAKE_RELEASE") == "1":
        engine.release.set()
    code = run(sys.argv[1:], engine, parent_pid, announcements)
    logging.shutdown()
    os._exit(code)
