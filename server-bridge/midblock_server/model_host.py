"""Loads the model in the background and lets callers wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import ErrorDetail, LoadSettings
from midblock_server.engine import Engine, Model
from midblock_server.status import describe

logger = logging.getLogger(__name__)

Progress = tuple[str, float | None]


class ModelHost:
    """Holds one model: loading, then loaded or failed for good."""

    def __init__(self, engine: Engine, settings: LoadSettings, on_loaded: Callable[[], None]) -> None:
        self._engine = engine
        self._settings = settings
        self._on_loaded = on_loaded
        self._changed = threading.Condition()
        self._model: Model | None = None
        self._failure: ErrorDetail | None = None
        self._progress: Progress = ("starting", None)
        self._progress_number = 0

    def start(self) -> None:
        threading.Thread(target=self._load, name="model-loader", daemon=True).start()

    def close(self) -> None:
        """Wakes all who wait for a model that will never come."""
        self._settle(None, ErrorDetail("sidecar-exited", "The server is shutting down."))

    @property
    def loaded(self) -> Model | None:
        """The model, or None while it loads or if it failed to."""
        return self._model

    def wait(self) -> Model:
        """Waits until the model is loaded. Raises why it could not be."""
        with self._changed:
            self._changed.wait_for(self._is_settled)
            return self._result()

    def wait_for_news(self, seen: int, timeout_seconds: float) -> tuple[int, Progress | Model | None]:
        """Waits for the model or for progress beyond number ``seen``; None where neither came in time.

        Returns the number to pass as ``seen`` next. Raises why the model could not be loaded.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_settled() or self._progress_number > seen, timeout_seconds)
            if self._is_settled():
                return self._progress_number, self._result()
            news = self._progress if self._progress_number > seen else None
            return self._progress_number, news

    def _is_settled(self) -> bool:
        return self._model is not None or self._failure is not None

    def _result(self) -> Model:
        if self._model is not None:
            return self._model
        failure = self._failure
        assert failure is not None
        raise MidblockServerError(
            failure.code,
            failure.message,
            found=failure.found,
            wanted=failure.wanted,
            next_step=failure.next_step,
            facts=dict(failure.facts),
        )

    def _report(self, stage: str, fraction: float | None) -> None:
        with self._changed:
            self._progress = (stage, fraction)
            self._progress_number += 1
            self._changed.notify_all()

    def _load(self) -> None:
        try:
            model = self._engine.load(self._settings, self._report)
        except Exception as error:
            detail = describe(error, "loading the model")
            logger.error("model %s could not be loaded: %s", self._settings.source, detail.message)
            self._settle(None, detail)
            return
        self._settle(model, None)
        self._on_loaded()
        logger.info("model %s is loaded on %s", model.card.name, model.device.name)

    def _settle(self, model: Model | None, failure: ErrorDetail | None) -> None:
        with self._changed:
            if not self._is_settled():
                self._model, self._failure = model, failure
            self._changed.notify_all()
