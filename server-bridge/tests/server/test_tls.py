"""TLS: a public address with a certificate, and certificates that can't be used."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from bridge_client import BridgeClient, failing
from server_process import SERVER_BRIDGE, TOKEN, ServerProcess

from midblock_server.gen.contract import PROTOCOL_VERSION
from midblock_server.gen.midblock.v1 import control_pb2

HANDSHAKE = control_pb2.HandshakeRequest(protocol_version=PROTOCOL_VERSION)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key, made by the openssl command."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost", "DNS:localhost,IP:127.0.0.1")


def make_certificate(folder: Path, common_name: str, names: str) -> tuple[Path, Path]:
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={common_name}",
         "-addext", f"subjectAltName={names}", "-keyout", key, "-out", chain],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key


@pytest.fixture
def public_server(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[ServerProcess]:
    chain, key = certificate
    server = ServerProcess(tmp_path, "--listen", "0.0.0.0:0", "--tls-certificate", str(chain), "--tls-key", str(key))
    yield server
    server.kill()


def test_a_public_address_is_served_over_tls_with_a_token(
    public_server: ServerProcess, certificate: tuple[Path, Path]
) -> None:
    port = public_server.announcement()["address"].removeprefix("0.0.0.0:")
    trust = grpc.ssl_channel_credentials(certificate[0].read_bytes())
    with_token = BridgeClient(f"localhost:{port}", TOKEN, trust)
    assert with_token.control.Handshake(HANDSHAKE).process_id == public_server.process.pid
    without_token = BridgeClient(f"localhost:{port}", None, trust)
    with failing("unauthenticated"):
        without_token.control.Handshake(HANDSHAKE)
    in_the_clear = BridgeClient(f"localhost:{port}", TOKEN)
    with pytest.raises(grpc.RpcError) as caught:
        in_the_clear.control.Handshake(HANDSHAKE)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_health_is_asked_by_the_loopback_address_whatever_name_the_certificate_has(tmp_path: Path) -> None:
    chain, key = make_certificate(tmp_path, "models.example.org", "DNS:models.example.org")
    server = ServerProcess(tmp_path, "--listen", "0.0.0.0:0", "--tls-certificate", str(chain), "--tls-key", str(key))
    port = server.announcement()["address"].removeprefix("0.0.0.0:")
    assert any("is loaded" in line for line in server.log)
    command = [sys.executable, "-m", "midblock_server", "health", "--address", f"localhost:{port}"]
    asked = subprocess.run(
        [*command, "--tls-certificate", str(chain)], cwd=SERVER_BRIDGE, capture_output=True, text=True, check=False
    )
    assert json.loads(asked.stdout) == {"event": "health", "status": "SERVING"}
    assert asked.returncode == 0
    server.kill()
    for asks in (command, [*command, "--tls-certificate", str(chain)]):
        gone = subprocess.run(asks, cwd=SERVER_BRIDGE, capture_output=True, text=True, check=False)
        assert json.loads(gone.stdout)["status"].startswith("UNAVAILABLE")
        assert gone.returncode == 1


@pytest.mark.parametrize("broken", ["certificate", "key", "swapped"])
def test_files_that_make_no_pair_are_refused(tmp_path: Path, certificate: tuple[Path, Path], broken: str) -> None:
    chain, key = certificate
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("no pem")
    given = {"certificate": (nonsense, key), "key": (chain, nonsense), "swapped": (key, chain)}[broken]
    server = ServerProcess(
        tmp_path, "--listen", "0.0.0.0:0", "--tls-certificate", str(given[0]), "--tls-key", str(given[1])
    )
    fatal = server.announcement()
    assert fatal["error"]["code"] == "invalid-options"
    assert "certificate" in fatal["error"]["message"]
    assert server.finish()[0] == 2


def test_missing_files_are_told_both_at_once(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, "--tls-certificate", "/no/chain.pem", "--tls-key", "/no/key.pem")
    message = server.announcement()["error"]["message"]
    assert "/no/chain.pem" in message
    assert "/no/key.pem" in message
    server.finish()
