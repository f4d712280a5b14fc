"""The settings of a server, checked as a whole before anything starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from midblock_server.core.types import LoadSettings
from midblock_server.faults import Faults

# Longer paths do not fit the operating system's address structure (sun_path: 104 bytes on macOS, 108 on Linux).
MAX_SOCKET_PATH_BYTES = 103


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of a certificate chain and its private key."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class HealthSettings:
    """Which server to ask for its health. ``tls_certificate`` is the server's own, where it serves TLS."""

    address: str
    tls_certificate: Path | None


@dataclass(frozen=True)
class MergeSettings:
    """Which trained weights to merge into which base model, and the new folder for the whole model."""

    base: LoadSettings
    trained: Path
    out: Path


@dataclass(frozen=True)
class ServeSettings:
    """How to serve one model. ``listen`` is "unix:/path" or "host:port"; port 0 lets the system choose."""

    model: LoadSettings
    state_folder: Path
    listen: str
    token: str
    tls: TlsFiles | None
    stop_with_parent: bool

    def check(self) -> None:
        """Raises ``MidblockServerError`` ("invalid-options") that lists all faults."""
        faults = Faults()
        _check_token(self.token, faults)
        _check_listen(self.listen, self.tls, faults)
        if self.tls is not None:
            for option, file in (("--tls-certificate", self.tls.certificate), ("--tls-key", self.tls.key)):
                faults.require(file.is_file(), option, file, "a readable PEM file")
        faults.raise_if_any("invalid-options", "The server can't start with these settings")


def is_unix_socket(listen: str) -> bool:
    return listen.startswith("unix:")


def split_host_port(listen: str) -> tuple[str, int] | None:
    """("::1", 0) of "[::1]:0"; None where the text is no host and port."""
    host, separator, port = listen.rpartition(":")
    if not separator or not host or not port.isdigit() or int(port) > 65535:
        return None
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_token(token: str, faults: Faults) -> None:
    if not token:
        faults.add(
            "token", "none", "a token in the environment variable MIDBLOCK_TOKEN or a file given by --token-file"
        )
    elif not (token.isascii() and token.isprintable() and " " not in token):
        faults.add("token", "spaces, control or non-ASCII characters", "printable ASCII characters without spaces")


def _check_listen(listen: str, tls: TlsFiles | None, faults: Faults) -> None:
    if is_unix_socket(listen):
        path = listen.removeprefix("unix:")
        faults.require(path.startswith("/"), "--listen", listen, "an absolute path after unix:")
        size = len(path.encode())
        faults.require(
            size <= MAX_SOCKET_PATH_BYTES, "--listen", f"a path of {size} bytes", f"at most {MAX_SOCKET_PATH_BYTES}"
        )
        return
    address = split_host_port(listen)
    if address is None:
        faults.add("--listen", listen, "unix:/path or host:port, such as 127.0.0.1:0")
    elif tls is None and not is_loopback(address[0]):
        faults.add(
            "--listen",
            f"the public address {listen} without TLS",
            "--tls-certificate and --tls-key, or a loopback address or unix socket",
        )
