"""The command `merge` as a process: one line of JSON and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file
from server_process import SERVER_BRIDGE

from midblock_server.core.weights_hash import hash_files

NAME = "model.layers.2.input_layernorm.weight"


@pytest.mark.thorough
def test_it_writes_the_model_and_refuses_to_do_so_twice(tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    base, trained, out = tiny_model(), tmp_path / "trained", tmp_path / "out"
    trained.mkdir()
    changed = load_file(base / "model.safetensors")[NAME] + 1
    save_file({NAME: changed}, trained / "delta.safetensors")
    weights_hash = hash_files(base, ["model.safetensors"], tmp_path / "cache")
    (trained / "delta.json").write_text(json.dumps({"base_weights_hash": weights_hash}))
    code, told = merge(base, trained, out, "--cache-folder", tmp_path / "cache")
    assert (code, told["event"]) == (0, "merged")
    assert str(out / "model.safetensors") in told["files"]
    assert load_file(out / "model.safetensors")[NAME].equal(changed)

    code, told = merge(base, trained, out, "--cache-folder", tmp_path / "cache")
    assert (code, told["event"], told["error"]["code"]) == (2, "fatal", "invalid-options")
    assert "exists already" in told["error"]["found"]


def merge(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "midblock_server", "merge", *map(str, arguments)]
    told = subprocess.run(command, cwd=SERVER_BRIDGE, capture_output=True, text=True, check=False)
    (line,) = told.stdout.splitlines()
    announced: dict[str, Any] = json.loads(line)
    return told.returncode, announced
