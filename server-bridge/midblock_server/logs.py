"""Logs as JSON lines on standard error, one object a line; library warnings and stray prints take the same form."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
from datetime import datetime, timezone
from types import TracebackType
from typing import TextIO


class JsonFormatter(logging.Formatter):
    """{"time", "level", "logger", "message"} and, for errors with one, "traceback"."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _PrintedLines(io.TextIOBase):
    """Stands in for a standard stream: each printed line becomes a log line, a progress bar a detail."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._pending = ""
        self._lock = threading.Lock()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._pending = (self._pending + text).split("\n")
        for line in lines:
            self._logger.log(logging.DEBUG if "\r" in line else logging.INFO, line.rstrip("\r"))
        return len(text)


def take_over_standard_streams() -> TextIO:
    """Sends all output but the returned stream's to standard error as JSON lines; returns the true standard output.

    File descriptor 1 is pointed at standard error too, so that native code can't disturb what the parent process reads.
    Call before grpc is imported.
    """
    # gRPC's native core writes lines of its own form; what they tell arrives here as exceptions too.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    announcements = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    log_stream = os.fdopen(os.dup(2), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    handler = logging.StreamHandler(log_stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.stdout = _PrintedLines(logging.getLogger("stdout"))
    sys.stderr = _PrintedLines(logging.getLogger("stderr"))
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda failure: _log_uncaught(
        failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback
    )
    return announcements


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("midblock_server").critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))
