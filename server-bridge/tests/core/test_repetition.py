"""Rows that repeat themselves are checked several tokens at once, and become what they become step by step."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, load_pair
from torch import Tensor

from midblock_server.core import key_value_slots, slotted_generation
from midblock_server.core.generate import generate
from midblock_server.core.generated_row import GeneratedRow
from midblock_server.core.key_value_slots import KeyValueSlots
from midblock_server.core.model import LoadedModel
from midblock_server.core.repetition import Repetition
from midblock_server.core.session import ModelSession
from midblock_server.core.slot_probe import can_use_slots
from midblock_server.core.types import GenerateRequest, Sampling

Load = Callable[..., LoadedModel]

BEGINNING = [5, 17, 300, 41, 9, 77, 8, 120, 33]
PROMPTS = [BEGINNING + ending for ending in ([250, 6, 19, 4], [260], [7, 8, 9, 10, 11, 12, 13], [44, 45], [301, 17])]
NEW_TOKENS = 24

Answers = dict[int, tuple[int, ...]]


def answers(session: ModelSession, **changes: Any) -> Answers:
    request = GenerateRequest(**{"prompts": PROMPTS, "max_new_tokens": NEW_TOKENS, "sampling": None, **changes})
    return {each.index: each.token_ids for each in generate(session, None, request, lambda: False)}


@pytest.fixture
def foretold(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[tuple[int, ...], Sequence[int]]], None]:
    """Has each prompt's answer foretold by what is given, as far as it was right until then."""

    def put(futures: Mapping[tuple[int, ...], Sequence[int]]) -> None:
        def guessed(row: GeneratedRow, fewest: int) -> Sequence[int]:
            future, known = futures.get(tuple(row.prompt), ()), row.token_ids
            return future[len(known) : NEW_TOKENS - 1] if list(future[: len(known)]) == list(known) else ()

        monkeypatch.setattr(GeneratedRow, "guessed", guessed)

    return put


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many passes went one token on, and how many looked ahead."""
    counts: Counter[str] = Counter()
    own_step, own_look = KeyValueSlots.step, KeyValueSlots.look_ahead

    def step(slots: KeyValueSlots, module: Any, token_ids: Sequence[int]) -> Tensor:
        counts["steps"] += 1
        return own_step(slots, module, token_ids)

    def look_ahead(slots: KeyValueSlots, module: Any, runs: Mapping[int, Sequence[int]]) -> Tensor:
        counts["looks"] += 1
        return own_look(slots, module, runs)

    monkeypatch.setattr(KeyValueSlots, "step", step)
    monkeypatch.setattr(KeyValueSlots, "look_ahead", look_ahead)
    return counts


@pytest.mark.parametrize("held_once", [False, True])
@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_answers_are_those_of_single_steps_whatever_is_foretold(
    *,
    family: str,
    changes: dict[str, Any],
    held_once: bool,
    tiny_model: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    foretold: Callable[[Mapping[tuple[int, ...], Sequence[int]]], None],
    passes: Counter[str],
) -> None:
    foretold({})
    monkeypatch.setattr(key_value_slots, "LONG_PREFIX_TOKENS", len(BEGINNING) if held_once else 1000)
    monkeypatch.setattr(key_value_slots, "ROOM_TOKENS", 2)
    monkeypatch.setattr(key_value_slots, "ROOM_SHARE", 0)
    monkeypatch.setattr(slotted_generation, "LOGITS_ROWS", 3)
    session = ModelSession(load_pair(tiny_model(family), changes, tmp_path).ours)
    prompts = PROMPTS if held_once else [[1, *PROMPTS[0]], *PROMPTS[1:]]  # these begin with nothing in common
    wanted = answers(session, prompts=prompts)
    assert passes["looks"] == 0
    wrong = [*wanted[2][:9], wanted[2][9] ^ 1, *wanted[2][10:]]
    futures = [[], list(wanted[1]), wrong, [*wanted[3], 5, 6, 7], list(wanted[4][:7])]
    foretold({tuple(prompt): future for prompt, future in zip(prompts, futures, strict=True)})
    for rows, few_rows, most_guessed in ((0, 0, 512), (2, 0, 1), (2, 4, 512)):
        monkeypatch.setattr(slotted_generation, "FEW_ROWS", few_rows)
        monkeypatch.setattr(slotted_generation, "GUESSED_TOKENS_PER_PASS", most_guessed)
        passes.clear()
        assert answers(session, prompts=prompts, max_batch_rows=rows) == wanted
        assert passes["looks"] > 0


@pytest.mark.parametrize("few_rows", [0, 4])
def test_a_row_that_repeats_itself_takes_few_passes(
    *,
    few_rows: int,
    load: Load,
    tiny_model: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    passes: Counter[str],
) -> None:
    session = ModelSession(load(tiny_model()))
    request = {"prompts": PROMPTS[1:2], "max_new_tokens": 96}
    with monkeypatch.context() as patch:
        patch.setattr(GeneratedRow, "guessed", lambda row, fewest: ())
        wanted = answers(session, **request)
    steps = passes["steps"]
    monkeypatch.setattr(slotted_generation, "FEW_ROWS", few_rows)
    monkeypatch.setattr(slotted_generation, "FEWEST_REPEATED", 4)
    passes.clear()
    assert answers(session, **request) == wanted
    assert passes["looks"] > 0
    assert passes["steps"] + passes["looks"] < 0.7 * steps


def test_rows_that_end_within_a_guess_end_where_they_should(
    load: Load,
    tiny_model: Callable[..., Path],
    foretold: Callable[[Mapping[tuple[int, ...], Sequence[int]]], None],
) -> None:
    session = ModelSession(load(tiny_model()))
    foretold({})
    whole = answers(session)
    stops = frozenset({whole[0][2], whole[2][5]})
    wanted = answers(session, stop_token_ids=stops)
    foretold({tuple(prompt): list(whole[row]) for row, prompt in enumerate(PROMPTS)})
    for rows in (0, 2):
        assert answers(session, stop_token_ids=stops, max_batch_rows=rows) == wanted


def test_rows_that_are_drawn_at_random_are_not_foretold(
    load: Load, tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, passes: Counter[str]
) -> None:
    monkeypatch.setattr(slotted_generation, "FEWEST_REPEATED", 1)
    answers(ModelSession(load(tiny_model())), sampling=Sampling(1.0, 1.0, 0, 7), max_new_tokens=96)
    assert passes["looks"] == 0


def plainly_foretold(tokens: list[int], most: int, fewest: int) -> list[int]:
    for period in range(1, len(tokens) - fewest + 1):
        repeated = 0
        while repeated + period < len(tokens) and tokens[-1 - repeated] == tokens[-1 - repeated - period]:
            repeated += 1
        if repeated >= fewest:
            longer = list(tokens)
            for _ in range(min(repeated, most)):
                longer.append(longer[-period])
            return longer[len(tokens) :]
    return []


@pytest.mark.parametrize("fewest", [1, 2, 5])
def test_what_is_foretold_is_what_followed_the_last_time(fewest: int) -> None:
    draws = random.Random(0)  # not for secrets
    found_some = 0
    for vocabulary in ([1, 2], [0, 1, 256, 65536, 257], list(range(40))):
        tokens = draws.choices(vocabulary, k=10)
        watched = Repetition(tokens)
        for _ in range(300):
            repeats = draws.random() < 0.7
            tokens.append(tokens[-draws.randint(1, 9)] if repeats else draws.choice(vocabulary))
            watched.add(tokens[-1])
            most = draws.randint(0, 12)
            assert watched.foretold(most, fewest) == plainly_foretold(tokens, most, fewest)
            found_some += bool(watched.foretold(most, fewest))
    assert found_some > 100


@torch.no_grad()
def test_what_was_looked_at_in_vain_is_overwritten(load: Load, tiny_model: Callable[..., Path]) -> None:
    module, rows = load(tiny_model()).module, [[5, 17, 300], [41, 9]]
    assert can_use_slots(module)
    alone, looking = KeyValueSlots(), KeyValueSlots()
    for slots in (alone, looking):
        slots.add(module, rows)
    looking.look_ahead(module, {1: [8, 120, 33]})
    looking.look_ahead(module, {0: [77, 8], 1: [7]})
    assert looking.lengths == [3, 2]
    for token in (20, 21, 22, 23):
        found, wanted = (slots.step(module, [token, token + 1]) for slots in (looking, alone))
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
