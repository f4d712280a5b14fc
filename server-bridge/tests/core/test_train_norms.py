"""Norms trained beside adapters: float32 copies, never the base's own, in a folder that PEFT loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from training_runs import FULL, every_linear, file_bytes, last_checkpoint, logits_of, make_rows, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core.errors import SpecificationError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings, RunSpecification
from midblock_server.core.trainer import make_training
from midblock_server.core.training_step import run_step
from midblock_server.core.types import CheckpointWritten, TrainingStarted

TOKENS = (5, 6, 7, 8, 9, 10)
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


@pytest.mark.parametrize(
    ("family", "dtype"),
    [*((family, "float32") for family in ("llama", "qwen3", "gemma2", "gpt2")), ("llama", "bfloat16")],
)
def test_peft_loads_them_and_gives_the_same_logits(
    family: str, dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family, blocks=12), dtype=dtype))
    base = {name: tensor.clone() for name, tensor in session.model.module.named_parameters()}
    started, *_ = events = run(session, with_norms(session.model, ranks={1: 4, 11: 4}), tmp_path)
    folder = last_checkpoint(events)
    with session.turn(folder) as model:
        ours = logits_of(model, TOKENS)
    plain = AutoModelForCausalLM.from_pretrained(session.model.settings.source, dtype=getattr(torch, dtype)).eval()
    theirs = PeftModel.from_pretrained(plain, str(folder), autocast_adapter_dtype=False).eval()
    relative, absolute = (1e-4, 1e-5) if dtype == "float32" else (5e-2, 5e-2)
    with torch.no_grad():
        expected = theirs(input_ids=torch.tensor([TOKENS])).logits[0]
    torch.testing.assert_close(ours, expected, rtol=relative, atol=absolute)

    norms = {
        f"{session.model.blocks.name(block)}.{norm.name}"
        for block in (1, 11)
        for norm in session.model.card.block_norms
    }
    written = load_file(folder / "adapter_model.safetensors")
    assert norms == {name.removeprefix("base_model.model.") for name in written if "lora_" not in name}
    for name in norms:
        assert not torch.equal(written[f"base_model.model.{name}"], base[name])
        assert torch.equal(theirs.get_parameter(peft_name(name)), written[f"base_model.model.{name}"])
    assert isinstance(started, TrainingStarted)
    assert {name for name in started.trainable_names if "lora_" not in name} == norms
    assert all(torch.equal(tensor, base[name]) for name, tensor in session.model.module.named_parameters())


def test_their_gradients_equal_autograds(load: Load, tiny_model: MakeModel) -> None:
    """At the start the adapters do nothing, so the norms' gradients are those of the plain model."""
    session = ModelSession(load(tiny_model()))
    specification = with_norms(session.model, optimizer=OptimizerSettings(1e-3, max_gradient_norm=0.0))
    training = make_training(session, specification, make_rows())
    before = {name: tensor.detach().clone() for name, tensor in training.band.parameters.items()}
    with session.turn_with(training.band) as model:
        run_step(model, training, 0)

    plain = AutoModelForCausalLM.from_pretrained(session.model.settings.source).eval()
    losses, weight = torch.zeros(()), 0.0
    for row in make_rows():
        logits = plain(input_ids=torch.tensor([row.token_ids])).logits[0]
        each = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(row.token_ids[1:]), reduction="none")
        losses = losses + (each * torch.tensor(row.loss_weights[1:])).sum()
        weight += sum(row.loss_weights[1:])
    (losses / weight).backward()
    names = [name for name in training.band.parameters if "lora_" not in name]
    assert len(names) == 4
    for name in names:
        # After Adam's first step the first moment is a tenth of the gradient.
        found = training.optimizer.state[training.band.parameters[name]]["exp_avg"] / 0.1
        expected = plain.get_parameter(name).grad
        assert expected is not None
        assert torch.linalg.vector_norm(found - expected) <= 1e-5 * torch.linalg.vector_norm(expected)
        assert not torch.equal(training.band.parameters[name], before[name])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_resumed_run_ends_with_the_same_bits(dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), dtype=dtype))
    specification = with_norms(session.model, steps=[((0, 1, 2),)] * 3, checkpoint_every_steps=1, keep_checkpoints=9)
    whole = run(session, specification, tmp_path / "whole")
    first = next(event for event in whole if isinstance(event, CheckpointWritten))
    resumed = run(session, specification, tmp_path / "resumed", resume_from=first.folder)
    assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(whole))
    state = load_file(last_checkpoint(whole) / "training_state.safetensors")
    assert state["parameter.model.layers.2.input_layernorm.weight"].dtype == torch.float32


def test_full_weights_train_their_norms_in_any_case(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    weights = {
        told: (last_checkpoint(run(session, specify(session.model, FULL, train_norms=told), tmp_path / str(told))))
        for told in (False, True)
    }
    contents = {told: (folder / "delta.safetensors").read_bytes() for told, folder in weights.items()}
    assert contents[False] == contents[True]
    assert "model.layers.2.input_layernorm.weight" in load_file(weights[False] / "delta.safetensors")


def test_blocks_without_norms_have_none_to_train(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    model = load(tiny_model())
    session = ModelSession(replace(model, card=replace(model.card, block_norms=())))
    with pytest.raises(SpecificationError) as caught:
        run(session, with_norms(session.model), tmp_path)
    assert caught.value.detail.found == "train_norms: on, but no norm was found in the blocks; leave it off"


def with_norms(model: LoadedModel, **changes: object) -> RunSpecification:
    fields = {"optimizer": OptimizerSettings(5e-2, schedule="constant"), **changes}
    return specify(model, every_linear(model), train_norms=True, **fields)  # type: ignore[arg-type]


def peft_name(name: str) -> str:
    module, _, own_name = name.rpartition(".")
    return f"base_model.model.{module}.modules_to_save.default.{own_name}"
