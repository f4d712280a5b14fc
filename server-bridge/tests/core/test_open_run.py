"""An open run: trained as its steps become known, it ends as one whose steps were all known, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from training_runs import file_bytes, last_checkpoint, make_rows, run, specify

from midblock_server.core.checkpoint import STATE_FILE
from midblock_server.core.errors import CheckpointError, SpecificationError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import BatchPlan, OptimizerSettings, RunSpecification, Step
from midblock_server.core.specification_check import Known, check_specification
from midblock_server.core.types import Control, StopReason, TrainingStopped

ROWS = make_rows(8)
STEPS: tuple[Step, ...] = (((0, 1), (2,)), ((3,),), ((4, 2),), ((5, 6, 7),))
COSINE = OptimizerSettings(1e-2, schedule="cosine", warmup_steps=1)


@pytest.fixture
def session(load: Callable[..., LoadedModel], tiny_model: Callable[..., Path]) -> ModelSession:
    return ModelSession(load(tiny_model()))


def known(session: ModelSession, steps: int, data_sets: int) -> RunSpecification:
    """The open run as it is once so many of its four steps and so many of its data sets are known."""
    hashes = ("first", "second", "third")[:data_sets]
    whole = specify(session.model, steps=STEPS, dataset_hashes=hashes, optimizer=COSINE, open=True, steps_total=4)
    return replace(whole, batch_plan=BatchPlan(STEPS[:steps]))


def test_a_run_that_waits_for_its_steps_ends_with_the_same_weights(session: ModelSession, tmp_path: Path) -> None:
    closed = replace(known(session, 4, 1), dataset_hashes=("all",), open=False)
    whole = run(session, closed, tmp_path / "whole", data=ROWS)
    first = run(session, known(session, 2, 1), tmp_path / "open", data=ROWS[:4])
    assert first[-1] == TrainingStopped(StopReason.WAITING, 2)
    second = run(session, known(session, 3, 2), tmp_path / "open", data=ROWS[:6], resume_from=last_checkpoint(first))
    assert second[-1] == TrainingStopped(StopReason.WAITING, 3)
    third = run(session, known(session, 4, 3), tmp_path / "open", data=ROWS, resume_from=last_checkpoint(second))
    assert third[-1] == TrainingStopped(StopReason.COMPLETED, 4)
    expected, found = file_bytes(last_checkpoint(whole)), file_bytes(last_checkpoint(third))
    assert expected.keys() == found.keys()
    assert [name for name in expected if expected[name] != found[name]] == [STATE_FILE]


def test_another_runs_checkpoint_is_refused(session: ModelSession, tmp_path: Path) -> None:
    waiting = last_checkpoint(run(session, known(session, 2, 1), tmp_path / "open", data=ROWS[:4]))
    other_step = replace(known(session, 4, 3), batch_plan=BatchPlan((STEPS[0], STEPS[2], *STEPS[2:])))
    other_data = replace(known(session, 4, 3), dataset_hashes=("second", "first", "third"))
    for other in (other_step, other_data, replace(known(session, 4, 3), seed=8)):
        with pytest.raises(CheckpointError) as caught:
            run(session, other, tmp_path / "other", data=ROWS, resume_from=waiting)
        assert caught.value.code == "artifact-corrupt"


def test_finishing_completes_with_a_checkpoint_of_what_is_learnt(session: ModelSession, tmp_path: Path) -> None:
    wishes = iter((Control.GO_ON, Control.FINISH))
    events = run(session, known(session, 2, 1), tmp_path, data=ROWS, ask=lambda: next(wishes))
    assert events[-1] == TrainingStopped(StopReason.COMPLETED, 1)
    assert last_checkpoint(events).name == "step-00000001"


@pytest.mark.parametrize(("is_open", "steps_total"), [(False, 5), (False, 3), (True, 3)])
def test_the_steps_known_must_fit_the_total(session: ModelSession, is_open: bool, steps_total: int) -> None:
    wrong = replace(known(session, 4, 1), open=is_open, steps_total=steps_total)
    with pytest.raises(SpecificationError, match="1 fault") as caught:
        check_specification(session.model, wrong, ROWS)
    assert f"steps_total: {steps_total}, but it must be 4" in caught.value.detail.found


def test_what_is_known_is_not_checked_again(session: ModelSession) -> None:
    rows = [replace(ROWS[0], token_ids=(-1, *ROWS[0].token_ids[1:])), *ROWS[1:7], replace(ROWS[7], loss_weights=())]
    steps = BatchPlan((((99,),), ((98,),), *STEPS[:2]))
    specification = replace(known(session, 4, 1), batch_plan=steps)
    with pytest.raises(SpecificationError) as caught:
        check_specification(session.model, specification, rows, known=Known(steps=1, rows=1))
    told = caught.value.detail.found
    assert "row 7: 0 weights" in told and "step 2: rows [98]" in told
    assert "row 0" not in told and "step 1" not in told
