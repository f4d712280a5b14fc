"""`python -m midblock_server serve ...`: standard streams first, so that even a failing import is told in JSON."""

from __future__ import annotations

import logging
import os
import sys

from midblock_server.announcements import announce_fatal
from midblock_server.command import parse_command
from midblock_server.core.types import ErrorDetail
from midblock_server.logs import take_over_standard_streams


def main() -> int:
    parent_pid = os.getppid()
    if {"-h", "--help"} & set(sys.argv):
        # Help is for people: it is printed, and the process ends, while standard output is still what it was.
        parse_command(sys.argv[1:])
    announcements = take_over_standard_streams()
    try:
        from midblock_server.core_engine import CoreEngine
        from midblock_server.following import follow
        from midblock_server.leading import LeadingEngine
        from midblock_server.process_group import leads, number_of_processes
        from midblock_server.serve import run
        from midblock_server.stop_signal import StopSignal
    except ImportError as error:
        logging.getLogger("midblock_server").critical("the server can't be imported", exc_info=error)
        announce_fatal(
            announcements,
            ErrorDetail(
                "environment-incomplete",
                "The server's Python environment is incomplete.",
                found=str(error),
                wanted="the packages midblock-server requires",
                next_step="Install midblock-server with pip.",
            ),
        )
        return 1
    engine = CoreEngine()
    if number_of_processes(os.environ) == 1:
        return run(sys.argv[1:], engine, parent_pid, announcements)
    if not leads(os.environ):
        return follow(sys.argv[1:], engine)
    stop = StopSignal()
    leading = LeadingEngine(engine, stop)
    try:
        return run(sys.argv[1:], leading, parent_pid, announcements, stop)
    finally:
        leading.close()


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # Not sys.exit: it waits for threads, and one may be in the middle of a long computation.
    os._exit(code)
