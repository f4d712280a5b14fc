"""Turns on the model: what is in place during one, and that the base comes back bit for bit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from training_runs import FULL, LORA, last_checkpoint, logits_of, run, specify

from midblock_server.core.errors import CheckpointError
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import KEPT_BANDS, ModelSession
from midblock_server.core.specification import FullWeightsMethod, LoraMethod

TOKENS = (5, 6, 7, 8)
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


@pytest.fixture
def session(load: Load, tiny_model: MakeModel) -> ModelSession:
    return ModelSession(load(tiny_model()))


def trained(session: ModelSession, folder: Path, method: LoraMethod | FullWeightsMethod = LORA, seed: int = 0) -> Path:
    return last_checkpoint(run(session, specify(session.model, method, seed=seed), folder))


def logits_with(session: ModelSession, weights: Path | None) -> torch.Tensor:
    with session.turn(weights) as model:
        return logits_of(model, TOKENS)


def test_any_order_of_turns_leaves_the_base_as_it_was(session: ModelSession, tmp_path: Path) -> None:
    before = {name: tensor.clone() for name, tensor in session.model.module.state_dict().items()}
    base = logits_with(session, None)
    folders = [trained(session, tmp_path / "lora", LORA), trained(session, tmp_path / "full", FULL)]
    logits = {folder: logits_with(session, folder) for folder in folders}
    for weights in [folders[0], folders[1], None, folders[0], folders[0], None, folders[1]]:
        assert torch.equal(logits_with(session, weights), base if weights is None else logits[weights])
    assert not torch.equal(logits[folders[0]], base)
    assert not torch.equal(logits[folders[1]], base)
    after = session.model.module.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], before[name]) for name in before)


@pytest.mark.parametrize("method", [LORA, FULL])
def test_the_base_can_be_had_inside_a_turn(
    method: LoraMethod | FullWeightsMethod, session: ModelSession, tmp_path: Path
) -> None:
    folder = trained(session, tmp_path, method)
    base, tuned = logits_with(session, None), logits_with(session, folder)
    with session.turn(folder) as model:
        with session.base() as same:
            assert same is model
            assert torch.equal(logits_of(same, TOKENS), base)
        assert torch.equal(logits_of(model, TOKENS), tuned)


def test_an_error_inside_a_turn_brings_the_base_back(session: ModelSession, tmp_path: Path) -> None:
    folder = trained(session, tmp_path)
    base = logits_with(session, None)
    with pytest.raises(ZeroDivisionError), session.turn(folder), session.base():
        raise ZeroDivisionError
    assert torch.equal(logits_with(session, None), base)


def test_nothing_in_place_requires_a_gradient(session: ModelSession, tmp_path: Path) -> None:
    for method in (LORA, FULL):
        with session.turn(trained(session, tmp_path / type(method).__name__, method)) as model:
            assert not any(parameter.requires_grad for parameter in model.module.parameters())
            assert not any(module.training for module in model.module.modules())


def test_more_checkpoints_than_are_kept_still_give_their_own_logits(session: ModelSession, tmp_path: Path) -> None:
    folders = [trained(session, tmp_path / str(seed), seed=seed) for seed in range(KEPT_BANDS + 1)]
    first = [logits_with(session, folder) for folder in folders]
    assert all(torch.equal(logits_with(session, folder), logits) for folder, logits in zip(folders, first, strict=True))
    assert not torch.equal(first[0], first[1])


def test_other_weights_under_the_same_path_are_noticed(session: ModelSession, tmp_path: Path) -> None:
    folder, other = trained(session, tmp_path / "a", seed=1), trained(session, tmp_path / "b", seed=2)
    old, new = logits_with(session, folder), logits_with(session, other)
    shutil.rmtree(folder)
    other.rename(folder)
    assert torch.equal(logits_with(session, folder), new)
    assert not torch.equal(old, new)


@pytest.mark.parametrize("method", [LORA, FULL])
def test_weights_of_another_model_are_refused(
    method: LoraMethod | FullWeightsMethod, session: ModelSession, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    folder = trained(session, tmp_path, method)
    other = ModelSession(load(tiny_model(seed=1)))
    with pytest.raises(CheckpointError, match="another model") as caught, other.turn(folder):
        pass
    assert caught.value.code == "artifact-corrupt"
    assert len(logits_with(other, None)) == len(TOKENS)
