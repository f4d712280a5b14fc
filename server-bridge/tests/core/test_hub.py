"""Models from the hub, with the real huggingface_hub against a hub of our own on this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from midblock_server.core.errors import ModelError
from midblock_server.core.hub import is_hub_id
from midblock_server.core.model import LoadedModel
from midblock_server.core.types import ModelCard

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves one model, owner/tiny, from a folder, and remembers which of its files were asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = folder
        self.fetched: set[str] = set()


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        path = self.path.split("?")[0]
        file = self.server.folder / path.rpartition("/resolve/")[2].partition("/")[2]
        if path.startswith("/api/models/owner/tiny"):
            about = self._file_list() if "/tree/" in path else {"id": "owner/tiny", "sha": COMMIT}
            self._send(200, json.dumps(about).encode(), {"Content-Type": "application/json"}, with_body)
        elif path.startswith("/owner/tiny/resolve/") and file.is_file():
            content = file.read_bytes()
            self.server.fetched.add(file.name)
            etag = hashlib.sha256(content).hexdigest()
            self._send(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}, with_body)
        elif "owner/gated" in path:
            self._send(403, b"", {"X-Error-Code": "GatedRepo"}, with_body)
        else:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"}, with_body)

    def _file_list(self) -> list[dict[str, object]]:
        folder = self.server.folder
        files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
        return [{"type": "file", "path": each.relative_to(folder).as_posix(), "size": 1, "oid": "0"} for each in files]

    def _send(self, status: int, content: bytes, headers: dict[str, str], with_body: bool) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def hub(tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub(Path(shutil.copytree(tiny_model(), tmp_path / "served")))
    thread = threading.Thread(target=hub.serve_forever, args=(0.01,))
    thread.start()
    # The environment variables of these names are read when the library is imported.
    address = f"http://127.0.0.1:{hub.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    yield hub
    hub.shutdown()
    thread.join()
    hub.server_close()


def test_fetches_what_is_needed_and_nothing_else(hub: Hub, load: Callable[..., LoadedModel]) -> None:
    for name in ("pytorch_model.bin", "consolidated.safetensors", "modeling.py", "original/model.safetensors"):
        (hub.folder / name).parent.mkdir(exist_ok=True)
        (hub.folder / name).write_bytes(b"not wanted")

    card = load("owner/tiny").card

    assert (card.name, card.block_count) == ("owner/tiny", 6)
    assert hub.fetched == {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def without_probe(card: ModelCard) -> ModelCard:
    """The probe of the template holds the time at which it was made."""
    return replace(card, template_probe=None)


def test_needs_no_network_afterwards(
    hub: Hub, load: Callable[..., LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = without_probe(load("owner/tiny").card)
    hub.fetched.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert without_probe(load("owner/tiny").card) == first
    assert hub.fetched == set()


def test_offline_without_an_earlier_download(
    hub: Hub, load: Callable[..., LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in refusal(load, "owner/tiny", "model-load-failed").detail.next_step


def test_pickled_weights_are_not_even_fetched(hub: Hub, load: Callable[..., LoadedModel]) -> None:
    (hub.folder / "model.safetensors").rename(hub.folder / "pytorch_model.bin")
    assert "pytorch_model.bin" in refusal(load, "owner/tiny", "unsafe-model").detail.found
    assert hub.fetched == set()


def test_a_model_the_hub_lacks(hub: Hub, load: Callable[..., LoadedModel]) -> None:
    assert refusal(load, "owner/none", "unknown-model").detail.facts == {"model": "owner/none"}


def test_a_model_behind_terms(hub: Hub, load: Callable[..., LoadedModel]) -> None:
    assert "HF_TOKEN" in refusal(load, "owner/gated", "model-load-failed").detail.next_step


def refusal(load: Callable[..., LoadedModel], source: str, code: str) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load(source)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [("owner/name", True), ("o-1/n.2_x", True), ("name", False), ("a/b/c", False), ("./a", False), ("../a", False)],
)
def test_tells_ids_from_paths(source: str, expected: bool) -> None:
    assert is_hub_id(source) == expected
