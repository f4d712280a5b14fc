"""Training, inference and results on a base in four bits, against the same values in plain linear maps."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from exact_steps import compare, make_band, one_step, plain_loss, plain_name, unclipped
from peft import PeftModel
from quantized_models import dequantized, loaded_by_transformers, prefer_other_layout, quantized_names
from safetensors.torch import load_file
from training_runs import every_linear, file_bytes, last_checkpoint, logits_of, make_rows, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core.checkpoint import artifact_files
from midblock_server.core.generate import generate
from midblock_server.core.merge import write_merged
from midblock_server.core.model import LoadedModel
from midblock_server.core.preflight import preflight
from midblock_server.core.preflight_values import PreflightRequest
from midblock_server.core.score import score
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import BatchPlan, ComputeSettings
from midblock_server.core.standalone_merge import merge_folder
from midblock_server.core.types import (
    CheckpointWritten,
    GenerateRequest,
    LoadSettings,
    ScoreRequest,
    ScoreSequence,
    StepDone,
)

TOKENS = (5, 6, 7, 8, 9, 10)
PROMPTS = [[5, 17, 300, 41, 9, 77, 8, 120], [260], [7, 8, 9, 10, 11, 12, 13]]
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]

families = pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("llama", {}),
        ("gemma2", {"weight_decomposed": True}),
        ("gpt2", {"weight_decomposed": True}),
        ("phi3", {"rank_stabilized": True}),
        ("gpt_neox", {}),
        ("qwen3_moe", {}),
    ],
)


@families
def test_gradients_are_those_of_plain_maps_with_the_same_values(
    *,
    family: str,
    settings: dict[str, Any],
    load: Load,
    tiny_model: MakeModel,
    tmp_path: Path,
    gradients: dict[int, torch.Tensor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prefer_other_layout(monkeypatch)
    model = load(tiny_model(family), quantization="nf4")
    logits_of(model, TOKENS)  # a pass without gradients, as inference between two steps makes
    specification = unclipped(model, every_linear(model, **settings))
    band = make_band(model, specification)
    band.save(tmp_path)
    done = one_step(model, specification, band)

    reference = PeftModel.from_pretrained(dequantized(model), str(tmp_path), is_trainable=True).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    expected = {name: parameter.grad for name, parameter in reference.named_parameters() if parameter.requires_grad}
    assert done.loss == pytest.approx(loss.item(), rel=1e-6)
    compare(band, gradients, {plain_name(name): gradient for name, gradient in expected.items()})


@pytest.mark.thorough
@families
def test_peft_gives_the_same_logits_on_the_same_quantised_base(
    family: str, settings: dict[str, Any], load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family), quantization="nf4"))
    method = every_linear(session.model, **settings)
    folder = last_checkpoint(run(session, specify(session.model, method, train_norms=True), tmp_path))
    with session.turn(folder) as model:
        ours = logits_of(model, TOKENS)
    theirs = PeftModel.from_pretrained(loaded_by_transformers(tiny_model(family)), str(folder)).eval()
    with torch.no_grad():
        torch.testing.assert_close(ours, theirs(input_ids=torch.tensor([TOKENS])).logits[0], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(ours, logits_of(session.model, TOKENS), atol=1e-2)


@pytest.mark.thorough
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_resumed_run_with_the_prefix_cache_ends_with_the_same_bits_and_leaves_the_base_alone(
    dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    model = load(tiny_model(), quantization="nf4", dtype=dtype)
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    specification = specify(
        model,
        every_linear(model, dropout=0.2),
        steps=[((0, 1), (2, 3)), ((1, 3), (2, 0)), ((3, 2, 1, 0),)],
        checkpoint_every_steps=1,
        keep_checkpoints=3,
        base_divergence_weight=0.1,
        compute=ComputeSettings(gradient_checkpointing=True, prefix_cache_memory_bytes=2**20),
    )
    whole = run(ModelSession(model), specification, tmp_path / "whole")
    steps = [event for event in whole if isinstance(event, StepDone)]
    assert [step.cached_prefix_tokens > 0 for step in steps] == [False, True, True]
    assert steps[-1].base_divergence > 0
    first, *_ = [event for event in whole if isinstance(event, CheckpointWritten)]
    other = ModelSession(load(tiny_model(), quantization="nf4", dtype=dtype))
    resumed = run(other, specification, tmp_path / "resumed", resume_from=first.folder)
    assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(whole))
    after = model.module.state_dict()
    assert {name for name, tensor in before.items() if not torch.equal(tensor, after[name])} == set()


@pytest.mark.thorough
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_answers_and_scores_are_those_of_plain_maps_with_the_same_values(
    family: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family), quantization="nf4"))
    folder = last_checkpoint(run(session, specify(session.model, every_linear(session.model)), tmp_path))
    plain = PeftModel.from_pretrained(dequantized(session.model), str(folder)).eval()
    request = GenerateRequest(PROMPTS, max_new_tokens=8, sampling=None)
    found = sorted(generate(session, folder, request, lambda: False), key=lambda each: each.index)
    for completion, prompt in zip(found, PROMPTS, strict=True):
        wanted = plain.generate(
            input_ids=torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=8,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=3,
        )
        assert completion.token_ids == tuple(wanted[0, len(prompt) :].tolist())
    sequences = ScoreRequest([ScoreSequence(PROMPTS[0], 1)], kl_from_base=True)
    (scored,) = score(session, folder, sequences, lambda: False)
    with torch.no_grad():
        logits = torch.log_softmax(plain(input_ids=torch.tensor([PROMPTS[0]])).logits[0, :-1], dim=-1)
        with plain.disable_adapter():
            base = torch.log_softmax(plain(input_ids=torch.tensor([PROMPTS[0]])).logits[0, :-1], dim=-1)
    labels = torch.tensor(PROMPTS[0][1:])[:, None]
    torch.testing.assert_close(torch.tensor(scored.log_probabilities), logits.gather(1, labels)[:, 0])
    torch.testing.assert_close(
        torch.tensor(scored.kl_from_base), (base.exp() * (base - logits)).sum(dim=-1), rtol=1e-3, atol=1e-5
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("family", "settings"),
    [("llama", {}), ("llama", {"weight_decomposed": True}), ("gpt2", {"weight_decomposed": True})],
)
def test_both_merges_go_into_the_unquantised_weights(
    family: str, settings: dict[str, Any], load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    source = tiny_model(family)
    session = ModelSession(load(source, quantization="nf4", dtype="float32"))
    method = every_linear(session.model, **settings)
    checkpoint = last_checkpoint(run(session, specify(session.model, method, train_norms=True), tmp_path / "run"))
    (tmp_path / "merged").mkdir()
    write_merged(session, checkpoint, tmp_path / "merged")
    said: list[str] = []
    alone = LoadSettings(str(source), tmp_path / "cache", device="cpu", dtype="stored", threads=1)
    merge_folder(alone, checkpoint, tmp_path / "alone", lambda stage, share: said.append(stage))
    assert any("unquantised weights" in stage for stage in said)

    unquantised = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(source), str(checkpoint)).eval()
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    with torch.no_grad():
        wanted = unquantised(input_ids=torch.tensor([TOKENS])).logits[0]
        torch.testing.assert_close(merged(input_ids=torch.tensor([TOKENS])).logits[0], wanted, rtol=1e-4, atol=1e-5)
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("merged", "alone"))
    assert {name for name, tensor in one.items() if not torch.equal(tensor, other[name])} == set()
    assert "quantization_config" not in json.loads((tmp_path / "merged" / "config.json").read_text())
    assert load(tmp_path / "merged").card.quantization == "none"


def test_an_adapter_names_the_base_and_how_it_was_held(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), quantization="nf4"))
    folder = last_checkpoint(run(session, specify(session.model), tmp_path))
    assert [path.name for path in artifact_files(folder)][-1] == "adapter_base.json"
    base = json.loads((folder / "adapter_base.json").read_text())
    assert base["base_weights_hash"] == session.model.card.weights_hash


@pytest.mark.thorough
def test_a_preflight_leaves_a_quantised_base_as_it_was(load: Load, tiny_model: MakeModel) -> None:
    model = load(tiny_model(), quantization="nf4")
    before = logits_of(model, TOKENS)
    plan = specify(model, every_linear(model), batch_plan=BatchPlan(()), steps_total=0)
    request = PreflightRequest(plan, (20, 12), 15, prompt_tokens=9, max_new_tokens=5, prompt_rows=3)
    report = preflight(ModelSession(model), request, lambda: False)
    assert report.fits
    assert report.memory.trainable > 0
    assert torch.equal(logits_of(model, TOKENS), before)


def test_four_bits_take_the_room_they_should(load: Load, tiny_model: MakeModel) -> None:
    """4 bits a weight, 8 for each 64, 32 for each 256 of these, and tables for each map."""
    model = load(tiny_model(), quantization="nf4")
    for name in quantized_names(model.module):
        parameter = model.module.get_parameter(name)
        count, state = parameter.quant_state.shape.numel(), parameter.quant_state
        assert parameter.nbytes == count / 2
        assert state.absmax.nbytes == count / 64
        assert state.state2.absmax.nbytes == 4 * -(-count // (64 * 256))


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which(os.environ.get("CXX", "g++")) is None, reason="torch.compile needs a C++ compiler")
def test_compiled_blocks_agree_to_rounding(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(blocks=4), quantization="nf4"))
    method = every_linear(session.model)
    losses = {}
    for compiled in (False, True):
        specification = specify(session.model, method, {1: 4}, compute=ComputeSettings(compile=compiled))
        events = run(session, specification, tmp_path / str(compiled))
        losses[compiled] = [event.loss for event in events if isinstance(event, StepDone)]
    assert losses[True] == pytest.approx(losses[False], rel=1e-5)
