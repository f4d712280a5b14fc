"""Turns every exception of a servicer into a gRPC status and a serialised ErrorDetail; the one place that does."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import grpc

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import ErrorDetail
from midblock_server.interception import guarded
from midblock_server.wire.errors import error_detail_to_wire

logger = logging.getLogger(__name__)

ERROR_METADATA_KEY = "midblock-error-bin"

# gRPC peers refuse metadata beyond 8 KiB in all. The message travels twice, once of it percent-encoded, which makes up
# to nine characters of one; the rest travels in base64.
MESSAGE_BUDGET = 1600
FOUND_BUDGET = 1600
HINT_BUDGET = 400

_STATUS_BY_CODE = {
    "unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "protocol-mismatch": grpc.StatusCode.FAILED_PRECONDITION,
    "invalid-options": grpc.StatusCode.INVALID_ARGUMENT,
    "invalid-layer-plan": grpc.StatusCode.INVALID_ARGUMENT,
    "dataset-invalid": grpc.StatusCode.INVALID_ARGUMENT,
    "sequence-too-long": grpc.StatusCode.INVALID_ARGUMENT,
    "limit-exceeded": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "out-of-memory": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "dataset-not-found": grpc.StatusCode.NOT_FOUND,
    "run-not-found": grpc.StatusCode.NOT_FOUND,
    "checkpoint-not-found": grpc.StatusCode.NOT_FOUND,
    "unknown-model": grpc.StatusCode.NOT_FOUND,
    "run-key-conflict": grpc.StatusCode.ALREADY_EXISTS,
    "run-not-resumable": grpc.StatusCode.FAILED_PRECONDITION,
    "unsafe-model": grpc.StatusCode.FAILED_PRECONDITION,
    "unsupported-model": grpc.StatusCode.FAILED_PRECONDITION,
    "model-load-failed": grpc.StatusCode.FAILED_PRECONDITION,
    "environment-incomplete": grpc.StatusCode.FAILED_PRECONDITION,
    "artifact-corrupt": grpc.StatusCode.DATA_LOSS,
    "cancelled": grpc.StatusCode.CANCELLED,
    "sidecar-exited": grpc.StatusCode.UNAVAILABLE,
}


class StatusInterceptor(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc ships no types
    """Goes outermost, so that it also sees what other interceptors raise inside handlers."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        handler = continuation(handler_call_details)
        # Health and reflection answer in their own way; Watch of health has a form that can't be wrapped.
        if handler is None or handler_call_details.method.startswith("/grpc.health."):
            return handler
        return guarded(handler, lambda context: _told_as_status(context, handler_call_details.method))


@contextmanager
def _told_as_status(context: grpc.ServicerContext, method: str) -> Iterator[None]:
    try:
        yield
    except grpc.RpcError:
        # The client went away while its request stream was read; nobody is left to tell.
        raise
    except Exception as error:
        detail = describe(error, method)
        context.set_trailing_metadata(((ERROR_METADATA_KEY, error_detail_to_wire(detail).SerializeToString()),))
        context.abort(_STATUS_BY_CODE.get(detail.code, grpc.StatusCode.INTERNAL), detail.message)


def describe(error: Exception, where: str) -> ErrorDetail:
    """What a client is told of an exception.

    One that nobody foresaw is logged whole and told without its text, which may hold anything; only the texts of the
    operating system and of SQLite, such as a full disk, are passed on.
    """
    if isinstance(error, MidblockServerError):
        return _shortened(error.detail)
    logger.error("unforeseen error in %s", where, exc_info=error)
    return ErrorDetail(
        "internal",
        f"The server failed in {where} with {type(error).__name__}.",
        found=str(error) if isinstance(error, (OSError, sqlite3.Error)) else "",
        next_step="Look at the server's log, which has the traceback; please report it.",
    )


def _shortened(detail: ErrorDetail) -> ErrorDetail:
    return replace(
        detail,
        message=_short(detail.message, MESSAGE_BUDGET),
        found=_short(detail.found, FOUND_BUDGET),
        wanted=_short(detail.wanted, HINT_BUDGET),
        next_step=_short(detail.next_step, HINT_BUDGET),
    )


def _short(text: str, budget: int) -> str:
    for place, character in enumerate(text):
        budget -= 1 if character.isascii() else 9
        if budget < 0:
            return f"{text[:place]} ... ({len(text) - place} more characters)"
    return text
