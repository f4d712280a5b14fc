"""The life of a server process: start, say so, wait for the reason to stop, stop. Or ask another for its health."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import TextIO

from midblock_server.announcements import announce_fatal, announce_health, announce_merged, announce_ready
from midblock_server.command import parse_command
from midblock_server.core.errors import MidblockServerError
from midblock_server.engine import Engine
from midblock_server.health_probe import probe_health
from midblock_server.limits import Limits
from midblock_server.parent_watch import stop_with_parent
from midblock_server.server import Server
from midblock_server.settings import HealthSettings, MergeSettings, ServeSettings
from midblock_server.signals import stop_on_signals
from midblock_server.status import describe
from midblock_server.stop_signal import StopSignal

logger = logging.getLogger("midblock_server")

_WRONG_SETTINGS_EXIT_CODE = 2


def run(
    arguments: Sequence[str], engine: Engine, parent_pid: int, announcements: TextIO, stop: StopSignal | None = None
) -> int:
    """Does what the command line says, and returns the exit code: 0 in order, 2 for wrong settings, 1 for the rest.

    ``stop`` stops a server from outside of it.
    """
    try:
        settings = parse_command(arguments)
        if isinstance(settings, HealthSettings):
            return _tell_health(settings, announcements)
        if isinstance(settings, MergeSettings):
            return _merge(settings, engine, announcements)
        return _serve(settings, engine, parent_pid, announcements, stop or StopSignal())
    except Exception as error:
        detail = describe(error, "starting the server")
        logger.critical("%s", detail.message, exc_info=None if isinstance(error, MidblockServerError) else error)
        announce_fatal(announcements, detail)
        return _WRONG_SETTINGS_EXIT_CODE if detail.code == "invalid-options" else 1


def _tell_health(settings: HealthSettings, announcements: TextIO) -> int:
    status = probe_health(settings)
    announce_health(announcements, status)
    return 0 if status == "SERVING" else 1


def _merge(settings: MergeSettings, engine: Engine, announcements: TextIO) -> int:
    def log(stage: str, share: float | None) -> None:
        logger.info("%s", stage)

    announce_merged(announcements, engine.merge(settings.base, settings.trained, settings.out, log))
    return 0


def _serve(settings: ServeSettings, engine: Engine, parent_pid: int, announcements: TextIO, stop: StopSignal) -> int:
    stop_on_signals(stop)
    if settings.stop_with_parent:
        stop_with_parent(stop, parent_pid)
    server = Server(settings, engine, stop, Limits())
    server.start()
    announce_ready(announcements, server.address)
    logger.info("listening on %s as process %d", server.address, os.getpid())
    server.load_model()
    request = stop.wait()
    logger.info("stopping: %s", request.reason)
    server.close(request.grace_seconds)
    logger.info("stopped")
    return request.exit_code
