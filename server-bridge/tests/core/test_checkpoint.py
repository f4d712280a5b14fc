"""Checkpoints are whole or absent, and damage is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from midblock_server.core.checkpoint import (
    STATE_FILE,
    artifact_files,
    checkpoint_bytes,
    list_checkpoints,
    read_state,
    remove_checkpoint,
    verify_files,
    write_checkpoint,
)
from midblock_server.core.errors import CheckpointError
from midblock_server.core.progress import Progress


def write(parent: Path, step: int = 3) -> Path:
    def write_files(folder: Path) -> None:
        (folder / "adapter_model.safetensors").write_bytes(b"weights")
        (folder / "adapter_config.json").write_bytes(b"{}")
        (folder / "training_state.safetensors").write_bytes(b"moments")

    return write_checkpoint(parent, step, "digest", "sha256:base", write_files, progress=Progress(2.5, [1.25, 0.1]))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "run")
    state = read_state(folder, "sha256:base")
    assert (state.step, state.specification_digest) == (3, "digest")
    assert (state.seconds, list(state.recent_losses)) == (2.5, [1.25, 0.1])
    verify_files(folder, state, state.files)
    assert checkpoint_bytes(folder) == 16 + (folder / STATE_FILE).stat().st_size
    assert list_checkpoints(tmp_path / "run") == [(3, folder)]


def test_users_get_the_weights_and_not_the_optimizer(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert artifact_files(folder) == [folder / "adapter_model.safetensors", folder / "adapter_config.json"]


def test_a_checkpoint_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    class KilledError(Exception):
        pass

    def write_half(folder: Path) -> None:
        (folder / "adapter_model.safetensors").write_bytes(b"half")
        raise KilledError

    with pytest.raises(KilledError):
        write_checkpoint(tmp_path, 3, "digest", "sha256:base", write_half, progress=Progress())
    assert list_checkpoints(tmp_path) == []
    whole = write(tmp_path)
    assert list_checkpoints(tmp_path) == [(3, whole)]
    assert list(tmp_path.iterdir()) == [whole]


def test_checkpoints_are_listed_by_number(tmp_path: Path) -> None:
    for step in (10, 9, 123456789):
        write(tmp_path, step)
    assert [step for step, _ in list_checkpoints(tmp_path)] == [9, 10, 123456789]


def test_a_removed_checkpoint_is_gone(tmp_path: Path) -> None:
    remove_checkpoint(write(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["other bytes", "cut short", "removed"])
def test_damage_is_found(damage: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    weights = folder / "adapter_model.safetensors"
    if damage == "removed":
        weights.unlink()
    else:
        weights.write_bytes(b"wEights" if damage == "other bytes" else b"wei")
    with pytest.raises(CheckpointError, match="damaged") as caught:
        artifact_files(folder)
    assert caught.value.code == "artifact-corrupt"
    assert "adapter_model.safetensors" in caught.value.detail.found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', '{"format": "midblock-checkpoint-1"}'])
def test_a_state_that_can_not_be_read_is_damage(text: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / STATE_FILE).write_text(text)
    with pytest.raises(CheckpointError) as caught:
        artifact_files(folder)
    assert caught.value.code == "artifact-corrupt"


def test_a_folder_without_a_checkpoint_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as caught:
        artifact_files(tmp_path / "step-00000001")
    assert caught.value.code == "checkpoint-not-found"


def test_another_models_checkpoint_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    with pytest.raises(CheckpointError, match="another model"):
        read_state(folder, "sha256:other")
    assert json.loads((folder / STATE_FILE).read_text())["base_weights_hash"] == "sha256:base"
