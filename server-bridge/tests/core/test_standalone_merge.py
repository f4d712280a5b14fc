"""Folders merged without a server: both kinds of trained weights, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_runs import FULL, every_linear, last_checkpoint, logits_of, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core.checkpoint import artifact_files
from midblock_server.core.errors import CheckpointError, MidblockServerError, ModelError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.standalone_merge import merge_folder
from midblock_server.core.types import LoadSettings

TOKENS = (5, 6, 7, 8, 9, 10)
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]
Train = Callable[..., Path]


@pytest.fixture
def trained(load: Load, tiny_model: MakeModel, tmp_path: Path) -> Train:
    """Trains a tiny model ("full": its blocks) and gives a folder as a user has it: without the optimiser's state."""

    def train(kind: str, **changes: Any) -> Path:
        session = ModelSession(load(tiny_model(), **changes))
        method = FULL if kind == "full" else every_linear(session.model)
        checkpoint = last_checkpoint(run(session, specify(session.model, method), tmp_path / f"run-{kind}"))
        folder = tmp_path / f"trained-{kind}"
        folder.mkdir()
        for file in artifact_files(checkpoint):
            shutil.copy(file, folder)
        with session.turn(checkpoint) as model:
            torch.save(logits_of(model, TOKENS), tmp_path / "logits.pt")
        return folder

    return train


@pytest.mark.parametrize("kind", ["adapter", "full"])
def test_the_result_gives_the_logits_of_base_and_trained_weights(
    kind: str, trained: Train, tiny_model: MakeModel, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out"
    files = merge_folder(settings(tiny_model(), tmp_path), trained(kind), out)
    assert {path.name for path in files} == {path.name for path in tiny_model().iterdir()}
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    plain = AutoModelForCausalLM.from_pretrained(out).eval()
    with torch.no_grad():
        found = plain(input_ids=torch.tensor([TOKENS])).logits[0]
    torch.testing.assert_close(found, torch.load(tmp_path / "logits.pt"), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("asked", "expected"), [("stored", "float32"), ("bfloat16", "bfloat16")])
def test_it_has_the_element_type_of_the_bases_files_or_the_one_asked_for(
    asked: str, expected: str, trained: Train, tiny_model: MakeModel, tmp_path: Path
) -> None:
    folder = trained("full", dtype="bfloat16")
    merge_folder(settings(tiny_model(), tmp_path, dtype=asked), folder, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "config.json").read_text())["dtype"] == expected


@pytest.mark.parametrize("kind", ["adapter", "full"])
def test_another_base_is_refused(kind: str, trained: Train, tiny_model: MakeModel, tmp_path: Path) -> None:
    other = settings(tiny_model(seed=1), tmp_path)
    with pytest.raises(CheckpointError) as caught:
        merge_folder(other, trained(kind), tmp_path / "out")
    assert caught.value.code == "artifact-corrupt"
    assert "trained" in caught.value.detail.next_step
    assert not (tmp_path / "out").exists()


def test_an_adapter_that_names_no_base_is_told_from_its_shapes(
    trained: Train, tiny_model: MakeModel, tmp_path: Path
) -> None:
    folder = trained("adapter")
    (folder / "adapter_base.json").unlink()
    with pytest.raises(CheckpointError, match="its config describes"):
        merge_folder(settings(tiny_model("gpt2"), tmp_path), folder, tmp_path / "out")
    assert merge_folder(settings(tiny_model(), tmp_path), folder, tmp_path / "out")


def test_all_that_is_wrong_with_the_folders_is_told_before_the_base_is_looked_for(
    trained: Train, tmp_path: Path
) -> None:
    folder = trained("full")
    (folder / "delta.json").unlink()
    (tmp_path / "out").mkdir()
    with pytest.raises(MidblockServerError) as caught:
        merge_folder(settings("no such model", tmp_path), folder, tmp_path / "out")
    assert caught.value.code == "invalid-options"
    assert "exists already" in caught.value.detail.found
    assert "delta.safetensors alone" in caught.value.detail.found
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_base_is_told(trained: Train, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model"):
        merge_folder(settings("no such model", tmp_path), trained("full"), tmp_path / "out")


@pytest.mark.parametrize(
    "damage",
    [
        ("full", "delta.json", "{"),
        ("full", "delta.json", "{}"),
        ("full", "delta.safetensors", "short"),
        ("adapter", "adapter_config.json", "[]"),
        ("adapter", "adapter_base.json", "{}"),
        ("adapter", "adapter_model.safetensors", "short"),
    ],
)
def test_damaged_files_are_told_and_leave_nothing(
    damage: tuple[str, str, str], trained: Train, tiny_model: MakeModel, tmp_path: Path
) -> None:
    kind, name, content = damage
    folder = trained(kind)
    (folder / name).write_text(content)
    with pytest.raises(CheckpointError) as caught:
        merge_folder(settings(tiny_model(), tmp_path), folder, tmp_path / "out")
    assert caught.value.code == "artifact-corrupt"
    assert not [path for path in tmp_path.iterdir() if "out" in path.name]


def settings(base: Path | str, tmp_path: Path, dtype: str = "stored") -> LoadSettings:
    return LoadSettings(str(base), tmp_path / "cache", device="cpu", dtype=dtype, threads=1)
