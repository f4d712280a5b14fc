"""Full weights: what is written gives the trained model back, in any element type."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from training_runs import FULL, last_checkpoint, logits_of, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core.artifacts import load_band
from midblock_server.core.errors import CheckpointError
from midblock_server.core.full_weights import FullWeightsBand
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings

TOKENS = (5, 6, 7, 8, 9, 10)
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


@pytest.mark.parametrize("family", ["llama", "olmo2", "gemma", "gpt2", "qwen3_moe"])
def test_the_changed_tensors_over_the_base_give_the_same_logits(
    family: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family)))
    folder = last_checkpoint(run(session, specify(session.model, FULL), tmp_path))
    with session.turn(folder) as model:
        ours = logits_of(model, TOKENS)
    plain = AutoModelForCausalLM.from_pretrained(session.model.settings.source).eval()
    unknown = plain.load_state_dict(load_file(folder / "delta.safetensors"), strict=False).unexpected_keys
    assert unknown == []
    with torch.no_grad():
        torch.testing.assert_close(ours, plain(input_ids=torch.tensor([TOKENS])).logits[0], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(ours, logits_of(session.model, TOKENS), atol=1e-2)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_delta_says_what_it_changes(dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), dtype=dtype))
    folder = last_checkpoint(run(session, specify(session.model, FULL), tmp_path))
    tensors = load_file(folder / "delta.safetensors")
    description = json.loads((folder / "delta.json").read_text())
    assert description["base_weights_hash"] == session.model.card.weights_hash
    assert description["dtype"] == dtype
    assert {tensor.dtype for tensor in tensors.values()} == {getattr(torch, dtype)}
    assert description["tensors"] == {name: list(tensor.shape) for name, tensor in tensors.items()}
    assert {name.split(".")[2] for name in tensors} == {"2", "3"}


def test_updates_too_small_for_bfloat16_add_up(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    """A norm's gains are 1, whose neighbours in bfloat16 are 0.004 away: steps of 0.0003 need the float32 masters."""
    session = ModelSession(load(tiny_model(), dtype="bfloat16"))
    settings = OptimizerSettings(3e-4, schedule="constant")
    specification = specify(session.model, FULL, steps=[((0, 1, 2, 3),)] * 20, optimizer=settings)
    tensors = load_file(last_checkpoint(run(session, specification, tmp_path)) / "delta.safetensors")
    gains = tensors["model.layers.2.input_layernorm.weight"]
    assert (gains != 1).float().mean() > 0.3


def test_working_weights_are_the_masters_rounded(load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model(), dtype="bfloat16")
    band = FullWeightsBand(model, specify(model, FULL).layer_plan)
    for tensor in band.parameters.values():
        tensor.add_(1e-3)
    band.publish()
    band.attach()
    for name, tensor in band.parameters.items():
        assert torch.equal(model.module.get_parameter(name), tensor.bfloat16())


def test_a_delta_that_does_not_fit_is_refused(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    folder = last_checkpoint(run(session, specify(session.model, FULL), tmp_path))
    save_file({"model.layers.2.mlp.up_proj.weight": torch.zeros(2, 2)}, folder / "delta.safetensors")
    with pytest.raises(CheckpointError, match="does not fit"):
        load_band(session.model, folder)
    with pytest.raises(CheckpointError, match="damaged"), session.turn(folder):
        pass
