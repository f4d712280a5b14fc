"""Asks a server for its health: what a container's health check runs. Needs no token."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from midblock_server.settings import HealthSettings, split_host_port

TIMEOUT_SECONDS = 8.0


def probe_health(settings: HealthSettings) -> str:
    """ "SERVING", "NOT_SERVING" while the model is not loaded, or why the server could not be asked."""
    try:
        with _open_channel(settings) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_SECONDS)
            return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
    except grpc.RpcError as error:
        return f"{error.code().name}: {error.details()}"
    except OSError as error:
        return f"UNAVAILABLE: {error}"


def _open_channel(settings: HealthSettings) -> grpc.Channel:
    address = split_host_port(settings.address)
    if settings.tls_certificate is None or address is None:
        return grpc.insecure_channel(settings.address)
    # The certificate is made for the server's public name, but the probe comes in by the loopback address.
    return grpc.secure_channel(
        settings.address,
        grpc.ssl_channel_credentials(settings.tls_certificate.read_bytes()),
        options=[("grpc.ssl_target_name_override", _certified_name(address, settings.tls_certificate))],
    )


def _certified_name(address: tuple[str, int], certificate: Path) -> str:
    """The first name of the certificate that the server shows, once it is known to be the one in the file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(address, TIMEOUT_SECONDS) as connection,
        context.wrap_socket(connection) as secured,
    ):
        shown: Any = secured.getpeercert()
    names = [name for _, name in shown.get("subjectAltName", ())]
    return str(names[0] if names else dict(part[0] for part in shown["subject"])["commonName"])
