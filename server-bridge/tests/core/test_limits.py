"""A run stops by itself: at a loss that explodes, and when its time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from training_runs import file_bytes, last_checkpoint, make_rows, run, specify

from midblock_server.core.errors import SpecificationError, TrainingError
from midblock_server.core.model import LoadedModel
from midblock_server.core.progress import Progress
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings
from midblock_server.core.trainer import train
from midblock_server.core.types import CheckpointWritten, Control, StopReason, TrainingStopped

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]
LONG = [((0, 1, 2, 3),)] * 11 + [((6, 7),)]


@pytest.fixture
def session(load: Load, tiny_model: MakeModel) -> ModelSession:
    return ModelSession(load(tiny_model()))


def test_a_loss_that_explodes_ends_the_run_before_its_update(session: ModelSession, tmp_path: Path) -> None:
    """Rows 0 to 3 are learnt by heart; rows 6 and 7 are new, and their loss is that of an untrained model."""
    learnt = specify(
        session.model,
        steps=LONG,
        optimizer=OptimizerSettings(2e-1, schedule="constant"),
        checkpoint_every_steps=4,
        max_loss_growth=1.05,
    )
    failed = failure(session, learnt, tmp_path)
    assert failed.code == "loss-exploded"
    facts = failed.detail.facts
    assert (facts["step"], facts["rows"], facts["checkpoint_step"]) == ("12", "6,7", "8")
    assert float(facts["loss"]) > float(facts["limit"])
    assert failed.detail.next_step.endswith("The last good checkpoint is that of step 8.")


def test_a_resumed_run_explodes_at_the_same_step(session: ModelSession, tmp_path: Path) -> None:
    specification = specify(
        session.model,
        steps=LONG,
        optimizer=OptimizerSettings(2e-1, schedule="constant"),
        checkpoint_every_steps=1,
        keep_checkpoints=20,
        max_loss_growth=1.05,
    )
    first = failure(session, specification, tmp_path)
    resumed = failure(session, specification, tmp_path, resume_from=tmp_path / "step-00000009")
    assert resumed.detail == first.detail


def test_no_limit_means_none(session: ModelSession, tmp_path: Path) -> None:
    specification = specify(
        session.model, steps=LONG, optimizer=OptimizerSettings(2e-1, schedule="constant"), max_loss_growth=0
    )
    assert run(session, specification, tmp_path)[-1] == TrainingStopped(StopReason.COMPLETED, 12)


def test_the_limit_needs_ten_losses_and_spares_small_ones() -> None:
    progress = Progress()
    for _ in range(9):
        progress.add(2.0, 0.0)
    assert progress.loss_limit(10) is None
    progress.add(2.0, 0.0)
    assert (progress.loss_limit(10), progress.loss_limit(0)) == (20.0, None)
    for _ in range(10):
        progress.add(0.01, 0.0)
    assert progress.loss_limit(10) == 1.0


def test_an_error_before_the_first_checkpoint_names_none(session: ModelSession, tmp_path: Path) -> None:
    rows = make_rows()
    rows[0] = type(rows[0])(rows[0].token_ids, (0.0, *[3e38] * (len(rows[0].token_ids) - 1)))
    events = train(session, specify(session.model), rows, tmp_path, lambda: Control.GO_ON)
    with pytest.raises(TrainingError) as caught:
        list(events)
    assert "checkpoint_step" not in caught.value.detail.facts


def test_time_that_is_up_completes_the_run_at_a_boundary(session: ModelSession, tmp_path: Path) -> None:
    specification = specify(session.model, steps=[((0, 1),)] * 6, max_seconds=25.0)
    events = list(
        train(session, specification, make_rows(), tmp_path, lambda: Control.GO_ON, clock=ten_seconds_a_step())
    )
    assert events[-1] == TrainingStopped(StopReason.COMPLETED, 3, why="max-seconds")
    assert isinstance(events[-2], CheckpointWritten)


def test_seconds_count_on_after_a_resume(session: ModelSession, tmp_path: Path) -> None:
    specification = specify(session.model, steps=[((0, 1),)] * 6, max_seconds=35.0)

    def trained(folder: Path, ask: Callable[[], Control], resume_from: Path | None = None) -> list[object]:
        clock = ten_seconds_a_step()
        return list(train(session, specification, make_rows(), folder, ask, resume_from=resume_from, clock=clock))

    whole = trained(tmp_path / "whole", lambda: Control.GO_ON)
    answers = iter([Control.GO_ON, Control.GO_ON, Control.PAUSE])
    paused = last_checkpoint(trained(tmp_path / "parts", lambda: next(answers)))  # type: ignore[arg-type]
    resumed = trained(tmp_path / "parts", lambda: Control.GO_ON, paused)
    assert resumed[-1] == TrainingStopped(StopReason.COMPLETED, 4, why="max-seconds")
    assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(whole))  # type: ignore[arg-type]


def test_time_that_is_up_with_the_last_step_needs_no_reason(session: ModelSession, tmp_path: Path) -> None:
    specification = specify(session.model, steps=[((0, 1),)] * 2, max_seconds=20.0)
    events = train(session, specification, make_rows(), tmp_path, lambda: Control.GO_ON, clock=ten_seconds_a_step())
    assert list(events)[-1] == TrainingStopped(StopReason.COMPLETED, 2)


def test_bad_limits_are_all_told(session: ModelSession, tmp_path: Path) -> None:
    specification = specify(session.model, max_loss_growth=0.5, max_seconds=-1.0, base_divergence_weight=float("nan"))
    with pytest.raises(SpecificationError) as caught:
        run(session, specification, tmp_path)
    assert caught.value.detail.found.split("; ") == [
        "base_divergence_weight: nan, but it must be 0 or more",
        "max_loss_growth: 0.5, but it must be 0, or 1 or more",
        "max_seconds: -1.0, but it must be 0 or more",
    ]


def ten_seconds_a_step() -> Callable[[], float]:
    """A clock that is asked when a step begins and when it ends."""
    times: Iterator[int] = count(0, 10)
    return lambda: float(next(times))


def failure(session: ModelSession, *arguments: object, **keywords: object) -> TrainingError:
    with pytest.raises(TrainingError) as caught:
        run(session, *arguments, **keywords)  # type: ignore[arg-type]
    return caught.value
