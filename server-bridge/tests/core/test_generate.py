"""Generation equals that of plain transformers, one prompt at a time, whatever the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, LONG_ROPE, ModelPair, load_pair
from training_runs import last_checkpoint, run, specify

from midblock_server.core import generate as generate_module
from midblock_server.core import key_value_cache
from midblock_server.core.errors import CancelledError, RequestError
from midblock_server.core.generate import generate
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.types import Completion, GenerateRequest, Sampling

Load = Callable[..., LoadedModel]

PROMPTS = [[5, 17, 300, 41, 9, 77, 8, 120], [260], [7, 8, 9, 10, 11, 12, 13], [44, 45], [301, 17, 18, 19, 20]]
NEW_TOKENS = 12


def generate_all(session: ModelSession, request: GenerateRequest, weights: Path | None = None) -> list[Completion]:
    completions = list(generate(session, weights, request, lambda: False))
    assert sorted(each.index for each in completions) == list(range(len(request.prompts)))
    return sorted(completions, key=lambda each: each.index)


def greedy(**changes: Any) -> GenerateRequest:
    return GenerateRequest(**{"prompts": PROMPTS, "max_new_tokens": NEW_TOKENS, "sampling": None, **changes})


def plain_greedy(pair: ModelPair, prompts: Iterable[list[int]] = PROMPTS) -> list[tuple[int, ...]]:
    results = []
    for prompt in prompts:
        tokens = pair.plain.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=3,
        )
        results.append(tuple(tokens[0, len(prompt) :].tolist()))
    return results


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_greedy_equals_plain_transformers_one_by_one(
    family: str,
    changes: dict[str, Any],
    tiny_model: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_value_cache, "ROOM_TOKENS", 3)
    pair = load_pair(tiny_model(family), changes, tmp_path)
    session = ModelSession(pair.ours)
    wanted = plain_greedy(pair)
    for rows in (0, 1, 2):
        completions = generate_all(session, greedy(max_batch_rows=rows))
        assert [each.token_ids for each in completions] == wanted
        assert {each.finish_reason for each in completions} == {"length"}


def test_greedy_equals_plain_transformers_where_the_rotary_embedding_changes_with_the_length(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model("llama"), LONG_ROPE, tmp_path)
    completions = generate_all(ModelSession(pair.ours), greedy())
    assert [each.token_ids for each in completions] == plain_greedy(pair)


def test_rows_that_end_leave_the_others_as_they_were(tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    wanted = plain_greedy(pair)
    stops = frozenset({wanted[0][2], wanted[2][5]})
    completions = generate_all(ModelSession(pair.ours), greedy(stop_token_ids=stops))
    for tokens, completion in zip(wanted, completions, strict=True):
        end = next((place for place, token in enumerate(tokens) if token in stops), NEW_TOKENS - 1)
        assert completion.token_ids == tokens[: end + 1]
        assert completion.finish_reason == ("stop-token" if tokens[end] in stops else "length")
    assert {each.finish_reason for each in completions} == {"stop-token", "length"}


def test_rows_are_yielded_as_they_end(tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    early = plain_greedy(pair)[3][0]
    steps: list[int] = []

    def note_step() -> bool:
        steps.append(1)
        return False

    results = generate(ModelSession(pair.ours), None, greedy(stop_token_ids=frozenset({early})), note_step)
    assert next(results).token_ids[-1] == early
    assert len(steps) < NEW_TOKENS
    with ModelSession(pair.ours).turn():
        assert len(list(results)) == len(PROMPTS) - 1


def test_stop_strings_are_found_across_tokens_and_cut(tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    session, decode = ModelSession(pair.ours), pair.ours.tokenizer.decode
    whole = generate_all(session, greedy())
    row = next(each for each in whole if _splits_cleanly(decode, each.token_ids))
    before, after = decode(list(row.token_ids[:4])), decode(list(row.token_ids[4:6]))
    stop = before[-1] + after[0]
    found = generate_all(session, greedy(stop_strings=("never there", stop)))[row.index]
    assert found.finish_reason == "stop-string"
    assert stop not in found.text
    assert found.text == row.text[: row.text.index(stop)]
    assert len(found.token_ids) <= 6
    assert found.token_ids == row.token_ids[: len(found.token_ids)]


def _splits_cleanly(decode: Callable[[list[int]], str], tokens: tuple[int, ...]) -> bool:
    parts = decode(list(tokens[:4])), decode(list(tokens[4:6]))
    return all(parts) and not any("�" in part for part in parts) and decode(list(tokens[:6])) == "".join(parts)


def test_text_leaves_out_special_tokens(load: Load, tiny_model: Callable[..., Path]) -> None:
    model = load(tiny_model("llama"))
    torch.nn.init.zeros_(model.module.get_output_embeddings().weight)  # the likeliest id is now always 0, a special one
    completion = generate_all(ModelSession(model), greedy(prompts=[[5]]))[0]
    assert completion.token_ids == (0,) * NEW_TOKENS
    assert completion.text == ""


def test_uses_the_weights_it_is_told_to(load: Load, tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    model = load(tiny_model("llama"))
    session = ModelSession(model)
    before = generate_all(session, greedy())
    checkpoint = last_checkpoint(run(session, specify(model), tmp_path / "run"))
    assert generate_all(session, greedy(), checkpoint) != before
    assert generate_all(session, greedy()) == before


@pytest.mark.parametrize("sampling", [Sampling(0.8, 1.0, 0, 11), Sampling(1.2, 0.9, 0, 11), Sampling(1.0, 0.9, 20, 11)])
def test_a_rows_draws_depend_on_seed_and_index_alone(
    sampling: Sampling, load: Load, tiny_model: Callable[..., Path]
) -> None:
    session = ModelSession(load(tiny_model("llama")))
    together = generate_all(session, greedy(sampling=sampling))
    assert generate_all(session, greedy(sampling=sampling, max_batch_rows=1)) == together
    assert generate_all(session, greedy(sampling=sampling, prompts=PROMPTS[:2])) == together[:2]
    shorter = generate_all(session, greedy(sampling=sampling, max_new_tokens=5))
    assert [each.token_ids for each in shorter] == [each.token_ids[:5] for each in together]
    other_seed = Sampling(sampling.temperature, sampling.top_p, sampling.top_k, 12)
    assert generate_all(session, greedy(sampling=other_seed)) != together
    twins = generate_all(session, greedy(sampling=sampling, prompts=[PROMPTS[0]] * 2))
    assert twins[0].token_ids != twins[1].token_ids


def test_the_device_is_free_between_turns_and_cancelling_stops_at_the_next_step(
    load: Load, tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate_module, "STEPS_PER_TURN", 2)
    session = ModelSession(load(tiny_model("llama")))
    steps: list[int] = []

    def cancelled() -> bool:
        steps.append(1)
        return len(steps) > 3

    with pytest.raises(CancelledError):
        list(generate(session, None, greedy(), cancelled))
    assert len(steps) == 4
    with session.turn():  # the turn was given back
        pass


def test_all_faults_of_a_request_are_told_at_once(load: Load, tiny_model: Callable[..., Path]) -> None:
    session = ModelSession(load(tiny_model("llama")))
    request = greedy(prompts=[[], [5, 600], [7]], sampling=Sampling(0.0, 1.5, -1, 0), stop_strings=("",))
    with pytest.raises(RequestError) as caught:
        generate_all(session, request)
    assert caught.value.code == "invalid-options"
    for word in ("prompt 0", "prompt 1", "temperature", "top_p", "top_k", "stop_strings"):
        assert word in caught.value.detail.found
    assert "prompt 2" not in caught.value.detail.found


def test_a_prompt_that_leaves_no_room_is_refused_with_its_index(load: Load, tiny_model: Callable[..., Path]) -> None:
    session = ModelSession(load(tiny_model("llama")))
    with pytest.raises(RequestError) as caught:
        generate_all(session, greedy(prompts=[[5], [5] * 501]))
    assert caught.value.code == "sequence-too-long"
    assert caught.value.detail.facts == {"index": "1", "found": "513", "wanted": "512"}
