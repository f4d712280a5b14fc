"""Lets in only calls that carry the token. Health checks are open, since container platforms send none."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc

from midblock_server.core.errors import MidblockServerError
from midblock_server.interception import guarded


class TokenInterceptor(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc ships no types
    """Compares the metadata entry ``authorization: Bearer TOKEN`` in constant time."""

    def __init__(self, token: str) -> None:
        self._wanted = f"Bearer {token}".encode()

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        handler = continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith("/grpc.health."):
            return handler
        found = dict(handler_call_details.invocation_metadata).get("authorization", "")
        if hmac.compare_digest(found.encode() if isinstance(found, str) else found, self._wanted):
            return handler
        return guarded(handler, lambda _: _refused("a wrong token" if found else "no token"))


@contextmanager
def _refused(found: str) -> Iterator[None]:
    raise MidblockServerError(
        "unauthenticated",
        "The server does not accept the call's token.",
        found=found,
        wanted="metadata `authorization: Bearer TOKEN` with the token the server was started with",
        next_step="Pass the server's token when connecting.",
    )
    yield  # makes this a generator, which contextmanager needs
