"""The lines a parent process reads from standard output, each a JSON object: ready, fatal, health, or merged."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from midblock_server import __version__
from midblock_server.core.types import ErrorDetail
from midblock_server.gen.contract import PROTOCOL_VERSION


def announce_ready(stream: TextIO, address: str) -> None:
    """Says that the server listens at ``address``; the model may still be loading."""
    _write(
        stream,
        {
            "event": "ready",
            "address": address,
            "pid": os.getpid(),
            "protocol_version": PROTOCOL_VERSION,
            "server_version": __version__,
        },
    )


def announce_fatal(stream: TextIO, error: ErrorDetail) -> None:
    """Says why the server can't start."""
    _write(stream, {"event": "fatal", "error": asdict(error)})


def announce_health(stream: TextIO, status: str) -> None:
    """Answers the command `health`."""
    _write(stream, {"event": "health", "status": status})


def announce_merged(stream: TextIO, files: Sequence[Path]) -> None:
    """Answers the command `merge`."""
    _write(stream, {"event": "merged", "files": [str(file) for file in files]})


def _write(stream: TextIO, line: dict[str, object]) -> None:
    stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    stream.flush()
