"""What the trainer refuses before it starts, all faults at once, and what ends a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_runs import FULL, LORA, make_rows, run, specify

from midblock_server.core import training_step
from midblock_server.core.errors import SpecificationError, TrainingError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import BlockPlan, LayerPlan, LoraMethod, OptimizerSettings, RunSpecification
from midblock_server.core.trainer import train
from midblock_server.core.types import Control, Datum, StepDone

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


@pytest.fixture
def session(load: Load, tiny_model: MakeModel) -> ModelSession:
    return ModelSession(load(tiny_model()))


def refusal(
    session: ModelSession, specification: RunSpecification, data: list[Datum] | None = None
) -> SpecificationError:
    """The error that ``train`` raises at the call, before anything is iterated or written."""
    folder = Path("never-made")
    with pytest.raises(SpecificationError) as caught:
        train(session, specification, make_rows() if data is None else data, folder, lambda: Control.GO_ON)
    assert not folder.exists()
    return caught.value


def test_all_faults_are_told_at_once(session: ModelSession) -> None:
    specification = specify(
        session.model,
        LoraMethod(("self_attn.q_proj", "no_such_proj"), scale=0.0, dropout=1.0),
        steps=[((0, 99),), ((),), ()],
        layer_plan=LayerPlan((BlockPlan(9, 0), BlockPlan(2, None)), 30),
        optimizer=OptimizerSettings(learning_rate=float("nan"), beta1=1.0, epsilon=0.0, warmup_steps=-1),
        seed=-1,
        checkpoint_every_steps=-1,
        keep_checkpoints=0,
        weights_hash="sha256:other",
    )
    error = refusal(session, specification)
    assert error.code == "invalid-options"
    for expected in (
        "weights_hash: sha256:other, but the model has sha256:",
        "block_count: 30, but the model has 6 blocks",
        "blocks: [9, 2], but they must ascend",
        "blocks: [9] are not in the model, which has 0 to 5",
        "block 9: rank 0, but it must be 1 or more",
        "block 2: rank None",
        "targets: ['no_such_proj'], but the blocks have ['mlp.down_proj'",
        "scale: 0.0",
        "dropout: 1.0",
        "optimizer.learning_rate: nan",
        "optimizer.beta1: 1.0",
        "optimizer.epsilon: 0.0",
        "optimizer.warmup_steps: -1",
        "seed: -1",
        "checkpoint_every_steps: -1",
        "keep_checkpoints: 0",
        "step 1: rows [99] are not in the data set of 8 rows",
        "step 2: it has no micro-batch, or one without rows",
        "step 3: it has no micro-batch, or one without rows",
    ):
        assert expected in error.detail.found
    assert "19 faults" in error.detail.message


def test_a_plan_must_train_something(session: ModelSession) -> None:
    error = refusal(session, specify(session.model, LoraMethod((), 1.0), layer_plan=LayerPlan((), 6), steps=[]))
    assert error.code == "invalid-layer-plan"
    assert "blocks: none" in error.detail.found
    assert "targets: none" in error.detail.found
    assert "batch_plan: no steps" in error.detail.found


def test_ranks_belong_to_lora(session: ModelSession) -> None:
    ranked = specify(session.model, LORA).layer_plan
    assert (
        "block 2: rank 4, but full weights have none"
        in refusal(session, specify(session.model, FULL, layer_plan=ranked)).detail.found
    )


def test_bad_rows_are_named(session: ModelSession) -> None:
    good = make_rows()[0]
    vocabulary = session.model.card.vocabulary_size
    rows = [
        good,
        replace(good, token_ids=(vocabulary, *good.token_ids[1:])),
        Datum((1,) * 513, (1.0,) * 513),
        Datum((1, 2), (1.0,)),
        Datum((1, 2), (0.0, -1.0)),
        Datum((), ()),
        Datum((1, 2), (1.0, 0.0)),
    ]
    error = refusal(session, specify(session.model, steps=[((0,),), ((6,),)]), rows)
    assert error.code == "dataset-invalid"
    assert error.detail.found.split("; ") == [
        f"row 1: token ids [{vocabulary}], but the vocabulary has 0 to {vocabulary - 1}",
        "row 2: 513 tokens, but 1 to 512 are allowed",
        "row 3: 1 weights for 2 tokens",
        "row 4: a loss weight is negative or not finite",
        "row 5: 0 tokens, but 1 to 512 are allowed",
        "step 2: no token of its rows is trained",
    ]


def test_many_faults_are_counted(session: ModelSession) -> None:
    error = refusal(session, specify(session.model, steps=[((0,),)]), [Datum((1, 2), (1.0,))] * 60)
    assert error.detail.found.endswith("and 11 more")


def test_a_loss_that_is_not_finite_ends_the_run_and_names_the_rows(session: ModelSession, tmp_path: Path) -> None:
    rows = make_rows()
    huge = replace(rows[5], loss_weights=(0.0, *[3e38] * (len(rows[5].token_ids) - 1)))
    events = train(
        session,
        specify(session.model, steps=[((0, 1), (2,)), ((3, 4), (5, 6))]),
        [*rows[:5], huge, *rows[6:]],
        tmp_path,
        lambda: Control.GO_ON,
    )
    with pytest.raises(TrainingError) as caught:
        steps = [event.step for event in events if isinstance(event, StepDone)]
        assert steps == [1]
    assert caught.value.code == "run-failed"
    assert caught.value.detail.facts == {"step": "2", "rows": "5,6"}


def test_a_gradient_that_is_not_finite_ends_the_run_before_the_update(
    session: ModelSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates: list[float] = []
    monkeypatch.setattr(training_step, "clip_gradients", lambda parameters, limit: float("inf"))
    monkeypatch.setattr(training_step, "step_optimizer", lambda optimizer, rate: updates.append(rate))
    with pytest.raises(TrainingError, match="gradient of step 1") as caught:
        run(session, specify(session.model), tmp_path)
    assert caught.value.detail.facts["rows"] == "0,1,2,3,4,5,6,7"
    assert updates == []


def test_running_out_of_memory_says_what_to_do(
    session: ModelSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_step, "hidden_states", lambda model, sequences, prefix: torch.empty(2**60))
    with pytest.raises(TrainingError) as caught:
        run(session, specify(session.model), tmp_path)
    assert caught.value.code == "out-of-memory"
    assert "smaller micro-batches" in caught.value.detail.next_step


def test_other_errors_keep_their_cause_and_free_the_device(
    session: ModelSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("something else")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="something else"):
        patch.setattr(training_step, "hidden_states", fail)
        run(session, specify(session.model), tmp_path)
    assert [type(event).__name__ for event in run(session, specify(session.model), tmp_path)][-1] == "TrainingStopped"
