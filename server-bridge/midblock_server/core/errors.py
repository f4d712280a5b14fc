"""Errors that core raises. Each carries a stable code and its parts; the server sends them as structured metadata."""

from __future__ import annotations

from midblock_server.core.types import ErrorDetail


class MidblockServerError(Exception):
    """Root of all errors that a client is meant to understand. ``code`` is one of the SDK's ``ErrorCode`` values."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        found: str = "",
        wanted: str = "",
        next_step: str = "",
        facts: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.detail = ErrorDetail(code, message, found, wanted, next_step, dict(facts or {}))

    @classmethod
    def of(cls, detail: ErrorDetail) -> MidblockServerError:
        """The error that a detail was taken from, where it was raised in another place or process."""
        error = cls(detail.code, detail.message)
        error.detail = detail
        return error

    @property
    def code(self) -> str:
        return self.detail.code


class ModelError(MidblockServerError):
    """The model can't be found, is refused, or does not load.

    Codes: unknown-model, unsafe-model, model-load-failed, unsupported-model.
    """


class SpecificationError(MidblockServerError):
    """A run is asked for that does not fit the model or the data.

    Codes: invalid-layer-plan, invalid-options, dataset-invalid.
    """


class RequestError(MidblockServerError):
    """An inference call asks for what can't be done. Codes: invalid-options, sequence-too-long, limit-exceeded."""


class CheckpointError(MidblockServerError):
    """A checkpoint is missing or does not fit. Codes: checkpoint-not-found, artifact-corrupt."""


class TrainingError(MidblockServerError):
    """Training can't go on. Codes: run-failed, loss-exploded, out-of-memory."""


class CancelledError(MidblockServerError):
    """The caller went away or cancelled. Code: cancelled."""
