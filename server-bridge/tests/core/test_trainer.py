"""The trainer's stream of events, what it changes and what it leaves as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from training_runs import FULL, LORA, every_linear, file_bytes, last_checkpoint, logits_of, make_rows, run, specify

from midblock_server.core.adapted_linear import AdaptedLinear
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import LoraMethod
from midblock_server.core.trainer import train
from midblock_server.core.types import (
    CheckpointWritten,
    Control,
    StepDone,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


def test_events_come_in_order(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    specification = specify(session.model, steps=[((0, 1), (2,)), ((3, 4, 5),), ((6, 7),)], checkpoint_every_steps=2)
    started, *between, stopped = run(session, specification, tmp_path)
    assert isinstance(started, TrainingStarted)
    assert (started.from_step, started.steps_total) == (0, 3)
    assert started.total_parameters == session.model.card.parameters.total
    assert [(type(event), event.step) for event in between if isinstance(event, StepDone | CheckpointWritten)] == [
        (StepDone, 1),
        (StepDone, 2),
        (CheckpointWritten, 2),
        (StepDone, 3),
        (CheckpointWritten, 3),
    ]
    assert stopped == TrainingStopped(StopReason.COMPLETED, 3)


def test_a_step_counts_its_tokens_and_those_it_learns(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    rows = make_rows()
    events = run(session, specify(session.model, steps=[((0, 1), (2,))]), tmp_path, data=rows)
    (step,) = [event for event in events if isinstance(event, StepDone)]
    assert step.tokens == sum(len(row.token_ids) for row in rows[:3])
    assert step.trained_tokens == sum(weight > 0 for row in rows[:3] for weight in row.loss_weights[1:])
    assert step.seconds > 0
    assert step.peak_memory_bytes > 10 * 2**20


@pytest.mark.parametrize("weight_decomposed", [False, True])
def test_lora_names_follow_from_the_plan(
    weight_decomposed: bool, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    # Not in the model's order: the names are all the same.
    method = LoraMethod(("mlp.up_proj", "self_attn.q_proj"), scale=1.0, weight_decomposed=weight_decomposed)
    started = run(session, specify(session.model, method, ranks={1: 2, 4: 3}), tmp_path)[0]
    parts = ("lora_A", "lora_B", *(("lora_magnitude_vector",) if weight_decomposed else ()))
    assert isinstance(started, TrainingStarted)
    assert started.trainable_names == tuple(
        f"model.layers.{block}.{target}.{part}"
        for block in (1, 4)
        for target in ("self_attn.q_proj", "mlp.up_proj")
        for part in parts
    )
    magnitudes = 2 * (64 + 128) if weight_decomposed else 0
    assert started.trainable_parameters == (2 + 3) * ((64 + 64) + (64 + 128)) + magnitudes


def test_full_weight_names_are_the_blocks_parameters(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model("gpt2")))
    started = run(session, specify(session.model, FULL), tmp_path)[0]
    names = [name for name, _ in session.model.module.named_parameters()]
    assert isinstance(started, TrainingStarted)
    assert list(started.trainable_names) == [name for name in names if name.split(".")[2] in ("2", "3")]
    assert started.trainable_parameters == sum(session.model.card.parameters.by_block[2:4])


def test_the_base_is_untouched_by_lora(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    before = snapshot(session.model)
    folder = last_checkpoint(run(session, specify(session.model), tmp_path))
    assert_same(snapshot(session.model), before)
    adapters = load_file(folder / "adapter_model.safetensors")
    assert all(tensor.abs().max() > 0 for tensor in adapters.values())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_full_weights_change_the_planned_blocks_alone(
    dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(), dtype=dtype))
    before = snapshot(session.model)
    folder = last_checkpoint(run(session, specify(session.model, FULL), tmp_path))
    assert_same(snapshot(session.model), before)
    with session.turn(folder) as model:
        during = snapshot(model)
    for name, tensor in during.items():
        planned = name.startswith(("model.layers.2.", "model.layers.3."))
        assert torch.equal(tensor, before[name]) != planned, name


@pytest.mark.parametrize("method", [LORA, FULL])
def test_blocks_below_the_band_build_no_graph(
    method: LoraMethod, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    with_graph: dict[int, bool] = {}
    for index, block in enumerate(session.model.blocks.modules):
        block.register_forward_pre_hook(
            lambda _, arguments, index=index: with_graph.update({index: arguments[0].grad_fn is not None})
        )
    run(session, specify(session.model, method), tmp_path)
    assert with_graph == {0: False, 1: False, 2: False, 3: True, 4: True, 5: True}


def test_only_the_adapters_dropout_is_in_training_mode(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    training: list[nn.Module] = []
    session.model.blocks.modules[5].register_forward_pre_hook(
        lambda *_: training.extend(module for module in session.model.module.modules() if module.training)
    )
    method = every_linear(session.model, dropout=0.5)
    # The checks that run once before training see the model in eval mode.
    run(session, specify(session.model, method, steps=[((0,),)]), tmp_path)
    assert any(isinstance(module, nn.Dropout) for module in training)
    adapters = [module for module in training if isinstance(module, AdaptedLinear)]
    own = {id(module) for adapter in adapters for module in (adapter, *adapter.lora_dropout.modules())}
    assert {id(module) for module in training} == own


def test_dropout_changes_training_and_not_inference(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    dry = run(session, specify(session.model), tmp_path / "dry")
    wet = run(session, specify(session.model, every_linear(session.model, dropout=0.5)), tmp_path / "wet")
    assert [event.loss for event in dry if isinstance(event, StepDone)][1] != pytest.approx(
        [event.loss for event in wet if isinstance(event, StepDone)][1], rel=1e-6
    )
    with session.turn(last_checkpoint(wet)) as model:
        assert torch.equal(logits_of(model, (5, 6, 7)), logits_of(model, (5, 6, 7)))


@pytest.mark.parametrize("family", ["llama", "qwen2", "qwen3", "mistral", "olmo2", "gemma", "gpt2"])
@pytest.mark.parametrize("kind", ["lora", "full-weights"])
def test_every_family_learns_its_rows(
    kind: str, family: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family)))
    method = FULL if kind == "full-weights" else every_linear(session.model)
    events = run(session, specify(session.model, method, steps=[((0, 1, 2, 3),)] * 12), tmp_path)
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    assert losses[-1] < 0.8 * losses[0]


def test_a_micro_batch_without_trained_tokens_changes_nothing(
    load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    rows = make_rows()
    context = type(rows[0])(rows[0].token_ids, (1.0, *[0.0] * (len(rows[0].token_ids) - 1)))
    with_it = run(session, specify(session.model, steps=[((0,), (1,))]), tmp_path / "a", data=[context, rows[1]])
    without = run(session, specify(session.model, steps=[((1,),)]), tmp_path / "b", data=[context, rows[1]])
    weights = [(last_checkpoint(events) / "adapter_model.safetensors").read_bytes() for events in (with_it, without)]
    assert weights[0] == weights[1]


def test_inference_between_steps_changes_nothing(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    base_logits = logits_of(session.model, (5, 6, 7))
    specification = specify(session.model, steps=[((0, 1),)] * 3, checkpoint_every_steps=1, keep_checkpoints=3)
    undisturbed = run(session, specification, tmp_path / "undisturbed")
    disturbed = []
    for event in train(session, specification, make_rows(), tmp_path / "disturbed", lambda: Control.GO_ON):
        disturbed.append(event)
        with session.turn() as model:
            assert torch.equal(logits_of(model, (5, 6, 7)), base_logits)
        if isinstance(event, CheckpointWritten):
            with session.turn(event.folder) as model:
                assert not torch.equal(logits_of(model, (5, 6, 7)), base_logits)
    assert file_bytes(last_checkpoint(undisturbed)) == file_bytes(last_checkpoint(disturbed))


def snapshot(model: LoadedModel) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.module.state_dict().items()}


def assert_same(found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> None:
    assert list(found) == list(wanted)
    assert [name for name in found if not torch.equal(found[name], wanted[name])] == []
