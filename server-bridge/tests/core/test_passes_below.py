"""What the blocks below a band made of an evaluation's tokens serves the next weights, and changes no bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, LONG_ROPE, load_pair
from training_runs import FULL, LORA, last_checkpoint, run, specify

from midblock_server.core import key_value_slots
from midblock_server.core import passes_below as passes_module
from midblock_server.core.errors import RequestError
from midblock_server.core.generate import generate
from midblock_server.core.kept_passes import KeptPasses
from midblock_server.core.model import LoadedModel
from midblock_server.core.score import score
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import FullWeightsMethod, LoraMethod
from midblock_server.core.types import (
    Completion,
    GenerateRequest,
    ScoreRequest,
    ScoreSequence,
    SequenceScore,
    SharedPrefix,
)

Load = Callable[..., LoadedModel]

FIRST_BLOCK = 2
"""The lowest block of the trained runs' plan."""

SHARED = SharedPrefix(FIRST_BLOCK, disk_bytes=2**20)
BEGINNING = [5, 17, 300, 41, 9, 77, 8, 120, 33]
PROMPTS = [BEGINNING + ending for ending in ([250, 6, 19, 4], [260], [7, 8, 9, 10, 11, 12, 13], [44, 45], [301, 17])]
PROMPTS_APART = [[1, *PROMPTS[0]], *PROMPTS[1:]]
"""These begin with nothing in common."""


def answers(
    session: ModelSession, weights: Path | None, shared: SharedPrefix | None, prompts: list[list[int]] = PROMPTS
) -> list[Completion]:
    """Two rows at once, so that most prompts are read while others go on."""
    request = GenerateRequest(prompts, 6, None, max_batch_rows=2, shared_prefix=shared)
    return list(generate(session, weights, request, lambda: False))


def scores(
    session: ModelSession, weights: Path | None, shared: SharedPrefix | None, kl: bool = False
) -> list[SequenceScore]:
    request = ScoreRequest([ScoreSequence(prompt, 3) for prompt in PROMPTS], kl, shared_prefix=shared)
    return list(score(session, weights, request, lambda: False))


def counted_runs(model: LoadedModel) -> Counter[int]:
    """How often each block's attention part ran."""
    runs: Counter[int] = Counter()
    for index, block in enumerate(model.blocks.modules):
        norm = block.get_submodule("post_attention_layernorm")  # a module that no band replaces
        norm.register_forward_pre_hook(lambda *_, index=index: runs.update([index]))
    return runs


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(("family", "changes"), [*FAMILIES, ("llama", LONG_ROPE)])
def test_answers_and_scores_are_the_same_to_the_bit(
    *, family: str, changes: dict[str, Any], dtype: str, tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    model = load_pair(tiny_model(family), changes, tmp_path, dtype=dtype).ours
    session, plain = ModelSession(model, KeptPasses(tmp_path / "kept")), ModelSession(model)
    for _ in range(2):
        for prompts in (PROMPTS, PROMPTS_APART):
            assert answers(session, None, SHARED, prompts) == answers(plain, None, SHARED, prompts)
        assert scores(session, None, SHARED) == scores(plain, None, SHARED)


def test_answers_are_the_same_where_what_prompts_begin_with_is_held_once(
    load: Load, tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_value_slots, "LONG_PREFIX_TOKENS", len(BEGINNING))
    model = load(tiny_model())
    session, plain = ModelSession(model, KeptPasses(tmp_path / "kept")), ModelSession(model)
    for _ in range(2):
        assert answers(session, None, SHARED) == answers(plain, None, SHARED)


@pytest.mark.parametrize("method", [LORA, FULL])
def test_tuned_weights_take_what_the_base_left(
    method: LoraMethod | FullWeightsMethod, load: Load, tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    model = load(tiny_model())
    session = ModelSession(model, KeptPasses(tmp_path / "kept"))
    weights = last_checkpoint(run(session, specify(model, method), tmp_path / "run"))
    plain = ModelSession(model)
    wanted = answers(plain, weights, None), scores(plain, weights, None), scores(plain, weights, None, kl=True)
    base = answers(session, None, SHARED), scores(session, None, SHARED)
    runs = counted_runs(model)
    assert (answers(session, weights, SHARED), scores(session, weights, SHARED)) == wanted[:2]
    # Of reading the prompts, the blocks below the band run nothing; of each answer's later tokens, all run all.
    later = runs[0]
    assert 0 < later < runs[FIRST_BLOCK]
    assert runs[1] == later
    runs.clear()
    assert scores(session, weights, SHARED, kl=True) == wanted[2]
    assert [runs[index] for index in range(6)] == [0, 0, 2, 2, 2, 2]
    assert base != wanted[:2]


def test_weights_that_differ_below_share_nothing(load: Load, tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    model = load(tiny_model())
    session = ModelSession(model, KeptPasses(tmp_path / "kept"))
    weights = last_checkpoint(run(session, specify(model), tmp_path / "run"))
    above = replace(SHARED, first_block=FIRST_BLOCK + 1)
    assert scores(session, None, above) == scores(session, None, None)
    assert answers(session, None, above) == answers(session, None, None)
    assert scores(session, weights, above) == scores(session, weights, None)
    assert scores(session, weights, above, kl=True) == scores(session, weights, None, kl=True)
    assert answers(session, weights, above) == answers(session, weights, None)


def test_without_room_all_is_computed(load: Load, tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()), KeptPasses(tmp_path / "kept"))
    none = replace(SHARED, disk_bytes=0)
    runs = counted_runs(session.model)
    for _ in range(2):
        assert scores(session, None, none) == scores(session, None, None)
    assert runs[0] == runs[5]


def test_a_pass_that_made_too_much_is_not_kept(
    load: Load, tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes_module, "MOST_PASS_BYTES", 100)
    session = ModelSession(load(tiny_model()), KeptPasses(tmp_path / "kept"))
    for _ in range(2):
        assert scores(session, None, SHARED) == scores(session, None, None)
        assert answers(session, None, SHARED) == answers(session, None, None)
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("first_block", [0, 6])
def test_a_block_that_nothing_lies_below_or_that_is_not_there_is_refused(
    first_block: int, load: Load, tiny_model: Callable[..., Path]
) -> None:
    session = ModelSession(load(tiny_model()))
    shared = replace(SHARED, first_block=first_block)
    for ask in (answers, scores):
        with pytest.raises(RequestError, match="can't be done") as caught:
            ask(session, None, shared)
        assert f"shared_prefix.first_block: {first_block}, wanted 1 to 5" in caught.value.detail.found


def test_the_oldest_make_room(tmp_path: Path) -> None:
    kept = KeptPasses(tmp_path / "made" / "here")
    tensors = {number: torch.full((4,), float(number)) for number in range(8)}  # 16 bytes each, room for three

    def found() -> list[int]:
        every = {number: kept.get(bytes([number])) for number in tensors}
        there = {number: tensor for number, tensor in every.items() if tensor is not None}
        assert all(torch.equal(tensors[number], tensor) for number, tensor in there.items())
        return list(there)

    for number, owner in enumerate("aaaabbbb"):
        kept.put(bytes([number]), tensors[number], 56, owner)
        if number == 3:
            assert found() == [0, 1, 2]  # of its own, the first ones stay
        if number == 4:
            assert found() == [1, 2, 4]
    assert found() == [4, 5, 6]
    kept.put(b"wide", torch.arange(8.0), 56, "c")
    assert found() == [6]
    kept.put(b"too wide", torch.arange(16.0), 56, "d")
    assert kept.get(b"too wide") is None
    assert found() == [6]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_means_computing_again(
    load: Load, tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115  # closed with the file's owner
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full)
    session = ModelSession(load(tiny_model()), KeptPasses(tmp_path))
    for _ in range(2):
        assert scores(session, None, SHARED) == scores(session, None, None)
        assert answers(session, None, SHARED) == answers(session, None, None)
