"""Binds the address: a unix socket only its owner can open, or a port, with TLS where it is asked for."""

from __future__ import annotations

import os
import socket
import ssl

import grpc

from midblock_server.core.errors import MidblockServerError
from midblock_server.settings import TlsFiles, is_unix_socket


def bind(server: grpc.Server, listen: str, tls: TlsFiles | None) -> str:
    """Binds and returns the address with its true port. Raises "sidecar-start-failed"."""
    if is_unix_socket(listen):
        _refuse_socket_in_use(listen.removeprefix("unix:"))
    # The socket file gets its mode from the umask: nobody else may open it, at no moment.
    previous = os.umask(0o077)
    try:
        port = _add_port(server, listen, tls)
    except RuntimeError as error:
        raise MidblockServerError(
            "sidecar-start-failed",
            f"The server can't listen on {listen}.",
            found=str(error).partition(";")[0],
            wanted="a free address of this machine",
            next_step="Choose another address; port 0 takes a free one.",
        ) from error
    finally:
        os.umask(previous)
    if is_unix_socket(listen):
        return listen
    return f"{listen.rpartition(':')[0]}:{port}"


def _add_port(server: grpc.Server, listen: str, tls: TlsFiles | None) -> int:
    port: int = server.add_insecure_port(listen) if tls is None else server.add_secure_port(listen, _credentials(tls))
    return port


def _credentials(tls: TlsFiles) -> grpc.ServerCredentials:
    try:
        # gRPC tells nothing of what is wrong with a certificate; Python's own TLS does.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
        return grpc.ssl_server_credentials([(tls.key.read_bytes(), tls.certificate.read_bytes())])
    except (OSError, ssl.SSLError) as error:
        raise MidblockServerError(
            "invalid-options",
            "The TLS certificate and key can't be used.",
            found=f"{tls.certificate}, {tls.key}: {error}",
            wanted="a PEM certificate chain and the unencrypted PEM key that belongs to it",
        ) from error


def _refuse_socket_in_use(path: str) -> None:
    """gRPC deletes an existing socket file; that of a living server must stay."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            return
    raise MidblockServerError(
        "sidecar-start-failed",
        f"Another server listens on unix:{path}.",
        found="a socket that answers",
        wanted="a free path",
        next_step="Stop the other server, or choose another path.",
    )
