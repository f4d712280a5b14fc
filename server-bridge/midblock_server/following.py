"""The life of a process that serves no clients, but holds a share of the model and follows the one that does."""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NoReturn

from midblock_server.command import parse_command
from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import Control
from midblock_server.core_engine import CoreEngine, CoreModel
from midblock_server.datasets.store import DatasetStore
from midblock_server.process_group import Command, Generate, Preflight, Score, Train
from midblock_server.settings import ServeSettings

logger = logging.getLogger(__name__)

_WRONG_SETTINGS_EXIT_CODE = 2


def follow(arguments: Sequence[str], engine: CoreEngine) -> int:
    """Follows the first process to its end, and returns the exit code."""
    # A signal to stop reaches all processes; the first one ends its turn, and then tells the others.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    try:
        settings = parse_command(arguments)
    except MidblockServerError as error:
        logger.critical("%s", error)
        return _WRONG_SETTINGS_EXIT_CODE
    if not isinstance(settings, ServeSettings):
        logger.critical("of the commands, serve alone is for several processes")
        return _WRONG_SETTINGS_EXIT_CODE
    logger.info("following as process %d", os.getpid())
    try:
        _follow(settings, engine)
    except RuntimeError:
        logger.critical("the process that serves clients has ended", exc_info=True)
        return 1
    return 0


def _follow(settings: ServeSettings, engine: CoreEngine) -> None:
    from midblock_server.core.lockstep import Follower
    from midblock_server.core.ranks import join_ranks

    ranks = join_ranks()
    try:
        model = engine.load(settings.model, lambda stage, share: None)
    except MidblockServerError as error:
        # The first process has the same error to tell; it goes on listening until it is stopped.
        logger.error("the model could not be loaded: %s", error)
        ranks.from_first(None)
        return
    datasets = DatasetStore(settings.state_folder / "datasets")

    def perform(command: Command, turns: AbstractContextManager[None]) -> None:
        deque(_perform(model.by_turns_of(turns), command, datasets), maxlen=0)

    Follower(ranks, perform, _leave).follow()


def _perform(model: CoreModel, command: Command, datasets: DatasetStore) -> Iterator[object]:
    match command:
        case Train(specification, folder, resume_from):
            data = datasets.open(specification.dataset_hashes)
            yield from model.train(specification, data, folder, lambda: Control.GO_ON, resume_from)
        case Generate(weights, request):
            yield from model.generate(weights, request, _never)
        case Score(weights, request):
            yield from model.score(weights, request, _never)
        case Preflight(request):
            yield model.preflight(request, _never)


def _never() -> bool:
    return False


def _leave(error: Exception) -> NoReturn:
    """Ends this process, whose turn the others can't end without it: torchrun then ends them."""
    logger.critical("this process can't go on with the others", exc_info=error)
    logging.shutdown()
    os._exit(1)
