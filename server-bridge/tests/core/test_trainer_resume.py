"""A run that was stopped and resumed ends as one that was not, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from training_runs import FULL, every_linear, file_bytes, last_checkpoint, make_rows, run, specify

from midblock_server.core.checkpoint import list_checkpoints
from midblock_server.core.errors import CheckpointError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings, RunSpecification
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
STEPS = [((0, 1), (2,)), ((3, 4, 5),), ((6,), (7, 0)), ((1, 2, 3, 4),)]
SETTINGS = OptimizerSettings(1e-2, weight_decay=0.1, schedule="cosine", warmup_steps=1, final_learning_rate_share=0.1)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", ["lora", "dora", "full-weights"])
def test_resuming_from_any_checkpoint_ends_with_the_same_bits(
    kind: str, dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    model = load(tiny_model(), dtype=dtype)
    specification = four_steps(model, kind)
    whole = run(ModelSession(model), specification, tmp_path / "whole")
    checkpoints = [event for event in whole if isinstance(event, CheckpointWritten)]
    assert [event.step for event in checkpoints] == [1, 2, 3, 4]
    for checkpoint in checkpoints[:-1]:
        session = ModelSession(load(tiny_model(), dtype=dtype))
        folder = tmp_path / f"from-{checkpoint.step}"
        resumed = run(session, specification, folder, resume_from=checkpoint.folder)
        assert isinstance(resumed[0], TrainingStarted)
        assert resumed[0].from_step == checkpoint.step
        assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(whole))
        assert losses(resumed) == losses(whole)[checkpoint.step :]


def test_the_same_seed_gives_the_same_bits_and_another_does_not(
    load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    first, again, other = (
        run(session, four_steps(session.model, "lora", seed=seed), tmp_path / name)
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    assert file_bytes(last_checkpoint(first)) == file_bytes(last_checkpoint(again))
    weights = "adapter_model.safetensors"
    assert (last_checkpoint(first) / weights).read_bytes() != (last_checkpoint(other) / weights).read_bytes()
    hashes = [
        [event.weights_hash for event in events if isinstance(event, CheckpointWritten)]
        for events in (first, again, other)
    ]
    assert hashes[0] == hashes[1]
    # Of each step and each seed another one.
    assert len({*hashes[0], *hashes[2]}) == 2 * len(hashes[0])


@pytest.mark.parametrize("control", [Control.PAUSE, Control.CANCEL])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_stopped_run_leaves_a_checkpoint_to_resume_from(
    after: int, control: Control, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    specification = four_steps(session.model, "lora", checkpoint_every_steps=0)
    whole = run(session, specification, tmp_path / "whole")
    answers = iter([Control.GO_ON] * after + [control])
    stopped = run(session, specification, tmp_path / "stopped", ask=lambda: next(answers))
    reason = StopReason.PAUSED if control is Control.PAUSE else StopReason.CANCELLED
    assert stopped[-1] == TrainingStopped(reason, after)
    assert isinstance(stopped[-2], CheckpointWritten)
    assert stopped[-2].step == after
    resumed = run(session, specification, tmp_path / "stopped", resume_from=stopped[-2].folder)
    assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(whole))


def test_a_run_stopped_right_after_a_resume_keeps_its_checkpoint(
    load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    specification = four_steps(session.model, "lora", checkpoint_every_steps=0)
    answers = iter([Control.GO_ON, Control.PAUSE])
    paused = last_checkpoint(run(session, specification, tmp_path, ask=lambda: next(answers)))
    before = file_bytes(paused)
    again = run(session, specification, tmp_path, ask=lambda: Control.PAUSE, resume_from=paused)
    assert [type(event) for event in again] == [TrainingStarted, TrainingStopped]
    assert file_bytes(paused) == before


def test_a_resume_from_an_earlier_step_removes_the_later_checkpoints(
    load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    specification = four_steps(session.model, "lora")
    folder = tmp_path / "run"
    run(session, specification, folder)
    (folder / ".aside-5").mkdir()  # as a process leaves it that is killed while it writes
    first = list_checkpoints(folder)[0][1]
    events = train(session, specification, make_rows(), folder, lambda: Control.GO_ON, resume_from=first)
    assert isinstance(next(events), TrainingStarted)
    assert list(folder.iterdir()) == [first]


def test_the_newest_checkpoints_are_kept_once_the_new_one_is_known(
    load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    specification = four_steps(session.model, "lora", keep_checkpoints=2)
    present = {}
    for event in train(session, specification, make_rows(), tmp_path, lambda: Control.GO_ON):
        if isinstance(event, CheckpointWritten):
            present[event.step] = [step for step, _ in list_checkpoints(tmp_path)]
    # The event is handled before older ones go: a process killed there still has what its record names.
    assert present == {1: [1], 2: [1, 2], 3: [1, 2, 3], 4: [2, 3, 4]}
    assert [step for step, _ in list_checkpoints(tmp_path)] == [3, 4]


def test_a_checkpoint_of_another_specification_is_refused(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    folder = last_checkpoint(run(session, four_steps(session.model, "lora"), tmp_path))
    with pytest.raises(CheckpointError, match="another specification") as caught:
        run(session, four_steps(session.model, "lora", seed=8), tmp_path, resume_from=folder)
    assert caught.value.code == "artifact-corrupt"


def test_notes_and_checkpoint_settings_may_differ_on_resume(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    answers = iter([Control.GO_ON, Control.PAUSE])
    paused = run(session, four_steps(session.model, "lora"), tmp_path, ask=lambda: next(answers))
    changed = four_steps(session.model, "lora", client_notes="renamed", checkpoint_every_steps=0, keep_checkpoints=1)
    resumed = run(session, changed, tmp_path, resume_from=last_checkpoint(paused))
    assert resumed[-1] == TrainingStopped(StopReason.COMPLETED, 4)


def four_steps(model: LoadedModel, kind: str, **changes: object) -> RunSpecification:
    """Four steps with dropout where there is any, a moving learning rate, and a checkpoint after each."""
    dropped = every_linear(model, dropout=0.3, weight_decomposed=kind == "dora")
    fields: dict[str, Any] = {"optimizer": SETTINGS, "checkpoint_every_steps": 1, "keep_checkpoints": 4, **changes}
    return specify(model, FULL if kind == "full-weights" else dropped, steps=STEPS, **fields)


def losses(events: Sequence[object]) -> list[float]:
    return [event.loss for event in events if isinstance(event, StepDone)]
