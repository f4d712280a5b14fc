"""Scores equal those computed by plain transformers, one sequence at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, load_pair
from training_runs import FULL, LORA, last_checkpoint, logits_of, run, specify
from transformers import PreTrainedModel

from midblock_server.core import score as score_module
from midblock_server.core import token_tree
from midblock_server.core.errors import CancelledError, CheckpointError, RequestError
from midblock_server.core.model import LoadedModel, load_model
from midblock_server.core.score import score
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import FullWeightsMethod, LoraMethod
from midblock_server.core.types import LoadSettings, ScoreRequest, ScoreSequence, SequenceScore

Load = Callable[..., LoadedModel]

SEQUENCES = [
    ScoreSequence([5, 17, 300, 41, 9, 77, 8, 120, 33, 250, 6], 4),
    ScoreSequence([260, 2], 1),
    ScoreSequence([7, 8, 9, 10, 11, 12, 13], 1),
    ScoreSequence([44, 45, 46], 2),
]


QUESTION = [5, 17, 300, 41, 9, 77, 8, 120, 33, 250]
OTHER_QUESTION = [5, 17, 300, 41, 10, 99, 98, 97, 96]
CHOICES = [
    ScoreSequence([*QUESTION, 301], 10),
    ScoreSequence([*QUESTION, 7, 12, 9], 10),
    ScoreSequence([*QUESTION, 7, 13], 10),
    ScoreSequence([*QUESTION, 2, 5], 9),
    ScoreSequence([*OTHER_QUESTION, 44], 9),
    ScoreSequence([*OTHER_QUESTION, 45, 46], 9),
]
"""What one question's choices begin with is also what they share, whatever is scored of them."""


def score_alone(plain: PreTrainedModel, sequence: ScoreSequence) -> tuple[torch.Tensor, tuple[bool, ...]]:
    tokens = torch.tensor(sequence.token_ids)
    raw = plain(input_ids=tokens[None]).logits[0, sequence.first - 1 : -1]
    labels = tokens[sequence.first :]
    wanted = torch.log_softmax(raw, dim=-1).gather(1, labels[:, None])[:, 0]
    return wanted, tuple((raw.argmax(dim=-1) == labels).tolist())


def never() -> bool:
    return False


def score_all(
    session: ModelSession, weights: Path | None = None, sequences: Any = SEQUENCES, kl: bool = False
) -> list[SequenceScore]:
    return list(score(session, weights, ScoreRequest(sequences, kl), never))


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_log_probabilities_and_greedy_flags_equal_plain_transformers(
    family: str,
    changes: dict[str, Any],
    tiny_model: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(score_module, "CHUNK_ROWS", 3)
    pair = load_pair(tiny_model(family), changes, tmp_path)
    results = score_all(ModelSession(pair.ours))
    assert [result.index for result in results] == [0, 1, 2, 3]
    for sequence, result in zip(SEQUENCES, results, strict=True):
        log_probabilities, greedy = score_alone(pair.plain, sequence)
        torch.testing.assert_close(torch.tensor(result.log_probabilities), log_probabilities, rtol=1e-5, atol=1e-5)
        assert result.is_greedy == greedy
        assert result.kl_from_base == ()


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_choices_of_a_question_are_scored_as_if_each_were_alone(
    family: str, changes: dict[str, Any], tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model(family), changes, tmp_path)
    tokens_run: list[int] = []
    pair.ours.module.get_input_embeddings().register_forward_pre_hook(
        lambda _, args: tokens_run.append(args[0].numel())
    )
    score_all(ModelSession(pair.ours), sequences=CHOICES)  # the probes, once a model
    tokens_run.clear()
    results = score_all(ModelSession(pair.ours), sequences=CHOICES)
    assert tokens_run == [10 + 1 + 2 + 9 + 1]  # two questions once, and of each choice all tokens but the last
    for sequence, result in zip(CHOICES, results, strict=True):
        log_probabilities, greedy = score_alone(pair.plain, sequence)
        torch.testing.assert_close(torch.tensor(result.log_probabilities), log_probabilities, rtol=1e-5, atol=1e-5)
        assert result.is_greedy == greedy


def test_kl_of_shared_tokens_is_that_of_each_sequence_alone(
    load: Load, tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load(tiny_model("llama")))
    checkpoint = last_checkpoint(run(session, specify(session.model), tmp_path / "run"))
    shared = score_all(session, checkpoint, CHOICES, kl=True)
    monkeypatch.setattr(token_tree, "SMALLEST_SHARED", 100)
    for one, other in zip(shared, score_all(session, checkpoint, CHOICES, kl=True), strict=True):
        assert one.kl_from_base == pytest.approx(other.kl_from_base, rel=1e-3, abs=1e-7)
        assert one.log_probabilities == pytest.approx(other.log_probabilities, rel=1e-5)
        assert min(one.kl_from_base) > 0


def test_the_likeliest_token_is_flagged_and_ties_go_to_the_lowest_id(
    load: Load, tiny_model: Callable[..., Path]
) -> None:
    model = load(tiny_model("llama"))
    best = int(logits_of(model, (5, 6))[-1].argmax())
    assert score_all(ModelSession(model), sequences=[ScoreSequence([5, 6, best], 2)])[0].is_greedy == (True,)
    torch.nn.init.zeros_(model.module.get_output_embeddings().weight)
    ties = score_all(ModelSession(model), sequences=[ScoreSequence([5, 0], 1), ScoreSequence([5, 1], 1)])
    assert [result.is_greedy for result in ties] == [(True,), (False,)]


def test_kl_from_base_is_that_of_both_distributions(
    load: Load, tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    model = load(tiny_model("llama"))
    session = ModelSession(model)
    checkpoint = last_checkpoint(run(session, specify(model), tmp_path / "run"))
    results = score_all(session, checkpoint, kl=True)
    for sequence, result in zip(SEQUENCES, results, strict=True):
        tokens = tuple(sequence.token_ids)
        with session.turn() as base:
            base_log = torch.log_softmax(logits_of(base, tokens), dim=-1)
        with session.turn(checkpoint) as tuned:
            tuned_log = torch.log_softmax(logits_of(tuned, tokens), dim=-1)
        wanted = (base_log.exp() * (base_log - tuned_log)).sum(dim=-1)[sequence.first - 1 : -1]
        torch.testing.assert_close(torch.tensor(result.kl_from_base), wanted, rtol=1e-4, atol=1e-6)
        assert min(result.kl_from_base) > 0
    assert score_all(session, checkpoint) != score_all(session)


@pytest.mark.parametrize("method", [LORA, FULL])
def test_kl_runs_the_blocks_below_the_trained_ones_once(
    method: LoraMethod | FullWeightsMethod, load: Load, tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    weights = last_checkpoint(run(session, specify(session.model, method), tmp_path))
    score_all(session, weights, kl=True)  # the probe, once a model
    runs: Counter[int] = Counter()
    for index, block in enumerate(session.model.blocks.modules):
        norm = block.get_submodule("post_attention_layernorm")  # a module that no band replaces
        norm.register_forward_pre_hook(lambda *_, index=index: runs.update([index]))
    score_all(session, weights, kl=True)
    assert runs == {0: 1, 1: 1, 2: 2, 3: 2, 4: 2, 5: 2}


def test_kl_of_the_base_itself_is_exactly_zero(load: Load, tiny_model: Callable[..., Path]) -> None:
    session = ModelSession(load(tiny_model("llama")))
    assert [set(result.kl_from_base) for result in score_all(session, kl=True)] == [{0.0}] * 4
    assert [len(result.kl_from_base) for result in score_all(session, kl=True)] == [7, 1, 6, 1]


def test_small_batches_give_what_one_gives(
    load: Load, tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load(tiny_model("llama")))
    together = score_all(session)
    monkeypatch.setattr(score_module, "BATCH_TOKENS", 5)
    for one, other in zip(together, score_all(session), strict=True):
        assert one.index == other.index
        assert one.log_probabilities == pytest.approx(other.log_probabilities, abs=1e-5)


def test_results_of_a_batch_come_before_the_next_is_computed_and_cancelling_stops_there(
    load: Load, tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_module, "BATCH_TOKENS", 10)
    session = ModelSession(load(tiny_model("llama")))
    wishes: list[bool] = []
    results = score(session, None, ScoreRequest(SEQUENCES), lambda: bool(wishes))
    assert next(results).index == 0
    with session.turn():  # the device is free between batches
        wishes.append(True)
    with pytest.raises(CancelledError):
        next(results)


def test_all_faults_of_a_request_are_told_at_once(load: Load, tiny_model: Callable[..., Path]) -> None:
    session = ModelSession(load(tiny_model("llama")))
    broken = [ScoreSequence([5], 1), ScoreSequence([5, 6], 2), ScoreSequence([5, 600], 1), ScoreSequence([], 1)]
    with pytest.raises(RequestError) as caught:
        score_all(session, sequences=broken)
    assert caught.value.code == "invalid-options"
    assert all(f"sequence {index}: " in caught.value.detail.found for index in range(4))
    with pytest.raises(RequestError) as caught:
        score_all(session, sequences=[SEQUENCES[0], ScoreSequence([5] * 514, 1)])
    assert caught.value.code == "sequence-too-long"
    assert caught.value.detail.facts == {"index": "1", "found": "514", "wanted": "513"}


def test_a_missing_checkpoint_is_an_error(load: Load, tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model("llama")))
    with pytest.raises(CheckpointError):
        score_all(session, tmp_path / "nowhere")


@pytest.mark.slow
def test_on_the_real_model_sharing_changes_nothing_but_rounding(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("midblock")  # 0.6 GB, which take longer to convert than all else
    session = ModelSession(load_model(LoadSettings("SmolLM2-135M", kept, device="cpu", dtype="float32", threads=2)))
    generator = torch.Generator().manual_seed(0)
    question = torch.randint(49152, (300,), generator=generator).tolist()
    endings = torch.randint(49152, (12, 5), generator=generator).tolist()
    sequences = [
        ScoreSequence([*question[: 20 + 40 * (place // 4)], *ending[: 1 + place % 5]], 20 + 40 * (place // 4))
        for place, ending in enumerate(endings)
    ]
    shared = score_all(session, sequences=sequences)
    monkeypatch.setattr(token_tree, "SMALLEST_SHARED", 1000)
    for one, other in zip(shared, score_all(session, sequences=sequences), strict=True):
        assert one.log_probabilities == pytest.approx(other.log_probabilities, rel=1e-5)
        assert one.is_greedy == other.is_greedy
