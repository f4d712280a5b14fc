"""Blocks learn when their phase comes and rest otherwise, and a run resumes across a boundary with the same bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from training_runs import FULL, every_linear, file_bytes, last_checkpoint, make_rows, run, specify

from midblock_server.core.band import block_index
from midblock_server.core.errors import SpecificationError
from midblock_server.core.model import LoadedModel
from midblock_server.core.phases import learning_blocks
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings, PlanPhase, RunSpecification
from midblock_server.core.trainer import make_training
from midblock_server.core.training_step import run_step
from midblock_server.core.types import CheckpointWritten

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]
STEPS = [((0, 1), (2,)), ((3, 4, 5),), ((6,), (7, 0)), ((1, 2, 3, 4),), ((5, 6),)]
PHASES = (PlanPhase(0, (3,)), PlanPhase(2, (2, 4)), PlanPhase(4, (3, 4)))
SETTINGS = OptimizerSettings(1e-2, weight_decay=0.1, schedule="cosine")


def test_a_step_belongs_to_the_phase_begun_last(load: Load, tiny_model: MakeModel) -> None:
    specification = phased(load(tiny_model()), "lora")
    assert [sorted(learning_blocks(specification, step)) for step in range(6)] == [
        [3],
        [3],
        [2, 4],
        [2, 4],
        [3, 4],
        [3, 4],
    ]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", ["lora", "full-weights"])
def test_a_resting_block_keeps_its_weights_and_moments(
    kind: str, dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(), dtype=dtype))
    specification = phased(session.model, kind)
    events = run(session, specification, tmp_path)
    states = {
        event.step: load_file(event.folder / "training_state.safetensors")
        for event in events
        if isinstance(event, CheckpointWritten)
    }
    for step in range(1, len(STEPS)):
        changed = {
            block_index(name.partition(".")[2])
            for name, after in states[step + 1].items()
            if name not in states[step] or not torch.equal(states[step][name], after)
        }
        assert changed == learning_blocks(specification, step)
    # Adam's own bias correction counts the steps that a block has learnt in.
    steps_learnt = {block_index(n[5:]): int(t) for n, t in states[5].items() if n.startswith("step.")}
    assert steps_learnt == {2: 2, 3: 3, 4: 3}


@pytest.mark.parametrize("kind", ["lora", "full-weights"])
def test_resuming_across_a_boundary_ends_with_the_same_bits(
    kind: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    specification = phased(session.model, kind)
    whole = run(session, specification, tmp_path / "whole")
    for checkpoint in [event for event in whole if isinstance(event, CheckpointWritten)][:-1]:
        folder = tmp_path / f"from-{checkpoint.step}"
        resumed = run(session, specification, folder, resume_from=checkpoint.folder)
        assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(whole))


def test_no_graph_is_built_below_the_lowest_learning_block(load: Load, tiny_model: MakeModel) -> None:
    session = ModelSession(load(tiny_model()))
    specification = phased(session.model, "lora")
    training = make_training(session, specification, make_rows())
    inputs: dict[int, list[bool]] = {2: [], 3: [], 4: [], 5: []}
    for index, seen in inputs.items():
        session.model.blocks.modules[index].register_forward_pre_hook(
            lambda _, given, seen=seen: seen.append(given[0].requires_grad)
        )
    with session.turn_with(training.band) as model:
        for step in (1, 2):
            run_step(model, training, step)
    assert inputs == {2: [False] * 3, 3: [False, True, True], 4: [True] * 3, 5: [True] * 3}


def test_bad_phases_are_all_told(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    phases = (PlanPhase(1, (2,)), PlanPhase(1, ()), PlanPhase(3, (3, 2)), PlanPhase(4, (2, 9)))
    with pytest.raises(SpecificationError) as caught:
        run(session, specify(session.model, phases=phases), tmp_path)
    assert caught.value.code == "invalid-layer-plan"
    assert caught.value.detail.found.split("; ") == [
        "phases: they begin at steps [1, 1, 3, 4], but they must ascend from 0",
        "phase 1: blocks [], but at least one must ascend, each once",
        "phase 2: blocks [3, 2], but at least one must ascend, each once",
        "phase 3: blocks [9] are not in the plan [2, 3]",
    ]


def phased(model: LoadedModel, kind: str) -> RunSpecification:
    """Five steps in three phases, with dropout and weight decay, and a checkpoint after each."""
    return specify(
        model,
        FULL if kind == "full-weights" else every_linear(model, dropout=0.2),
        ranks={2: 4, 3: 4, 4: 2},
        steps=STEPS,
        phases=PHASES,
        optimizer=SETTINGS,
        checkpoint_every_steps=1,
        keep_checkpoints=9,
    )
