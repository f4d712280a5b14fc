"""Rows held in slots get the hidden states that each alone gets, whoever comes and goes beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, LONG_ROPE, ModelPair, load_pair
from torch import Tensor

from midblock_server.core import generate as generate_module
from midblock_server.core import key_value_slots
from midblock_server.core import slotted_generation as slotted_module
from midblock_server.core.attention import Spans, span_attention
from midblock_server.core.generate import generate
from midblock_server.core.key_value_slots import KeyValueSlots
from midblock_server.core.session import ModelSession
from midblock_server.core.slot_attention import attend_rows
from midblock_server.core.slot_memory import grown
from midblock_server.core.slot_probe import can_use_slots
from midblock_server.core.slotted_generation import common_prefix_tokens
from midblock_server.core.types import GenerateRequest

PREFIX = [5, 17, 300, 41, 9, 77, 8, 120, 33]
ENDINGS = [[250, 6, 19, 4], [260], [7, 8, 9, 10, 11, 12, 13], [44, 45], [301, 17]]


def alone(pair: ModelPair, tokens: list[int]) -> Tensor:
    states: Tensor = pair.plain.base_model(input_ids=torch.tensor([tokens])).last_hidden_state
    return states[0, -1]


def expect_alone(pair: ModelPair, found: Tensor, rows: list[list[int]]) -> None:
    torch.testing.assert_close(found, torch.stack([alone(pair, row) for row in rows]), rtol=1e-5, atol=1e-5)


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the slots grow often."""
    monkeypatch.setattr(key_value_slots, "ROOM_TOKENS", 2)
    monkeypatch.setattr(key_value_slots, "ROOM_SHARE", 0)


@pytest.fixture(params=["copied", "held once"])
def kept_prefix(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has what rows begin with in each slot, or once for all."""
    monkeypatch.setattr(key_value_slots, "LONG_PREFIX_TOKENS", 1 if request.param == "held once" else 1000)


@pytest.mark.usefixtures("kept_prefix")
@pytest.mark.parametrize("prefix", [[], PREFIX])
@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_rows_that_come_and_go(
    family: str,
    changes: dict[str, Any],
    prefix: list[int],
    tiny_model: Callable[..., Path],
    tmp_path: Path,
) -> None:
    pair = load_pair(tiny_model(family), changes, tmp_path)
    module, slots = pair.ours.module, KeyValueSlots()
    assert can_use_slots(module)
    with torch.no_grad():
        if prefix:
            slots.read_prefix(module, prefix)
        rows = [prefix + ending for ending in ENDINGS[:3]]
        expect_alone(pair, slots.add(module, ENDINGS[:3]), rows)
        for token in range(20, 24):
            rows = [[*row, token + place] for place, row in enumerate(rows)]
            expect_alone(pair, slots.step(module, [row[-1] for row in rows]), rows)
        slots.remove(0)
        rows = [rows[2], rows[1]]
        added = [prefix + ending for ending in ENDINGS[3:]]
        expect_alone(pair, slots.add(module, ENDINGS[3:]), added)
        rows = [[*row, 30 + place] for place, row in enumerate([*rows, *added])]
        expect_alone(pair, slots.step(module, [row[-1] for row in rows]), rows)


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_the_last_block_makes_nothing_of_prompts_but_of_their_last_tokens(
    family: str, changes: dict[str, Any], tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair, slots = load_pair(tiny_model(family), changes, tmp_path), KeyValueSlots()
    model = pair.ours
    assert can_use_slots(model.module)
    finished: list[int] = []
    for block in model.blocks.modules[-2:]:
        last_map = [each for each in block.modules() if not list(each.children())][-1]
        last_map.register_forward_hook(lambda module, inputs, outputs: finished.append(outputs.numel()))
    with torch.no_grad():
        slots.read_prefix(model.module, PREFIX)
        slots.add(model.module, ENDINGS)
    tokens = sum(map(len, ENDINGS))
    per_token = finished[0] // len(PREFIX)
    assert finished == [each * per_token for each in (len(PREFIX), tokens, len(ENDINGS))]


def test_what_rows_begin_with_takes_no_room_of_theirs(tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    module = load_pair(tiny_model("llama"), {}, tmp_path).ours.module
    assert can_use_slots(module)
    alone, behind = KeyValueSlots(), KeyValueSlots()
    with torch.no_grad():
        behind.read_prefix(module, PREFIX * 20)
        for slots in (alone, behind):
            slots.add(module, ENDINGS)
            for _ in range(4):
                slots.step(module, [7] * len(ENDINGS))
    assert behind.lengths == [length + len(PREFIX) * 20 for length in alone.lengths]
    assert behind.room_bytes == alone.room_bytes


def test_rows_at_once_are_as_many_as_their_own_tokens_allow(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_value_slots, "LONG_PREFIX_TOKENS", 36)
    session = ModelSession(load_pair(tiny_model("llama"), {}, tmp_path).ours)
    added: list[int] = []
    own_add = KeyValueSlots.add

    def noted(slots: KeyValueSlots, module: Any, prompts: Sequence[Sequence[int]]) -> Tensor:
        added.append(len(prompts))
        return own_add(slots, module, prompts)

    can_use_slots(session.model.module)
    monkeypatch.setattr(KeyValueSlots, "add", noted)
    # The longest ending has 7 tokens, and 7 are made; with what all begin with, two rows would be too many.
    monkeypatch.setattr(generate_module, "CACHE_TOKENS", 5 * (7 + 7))
    monkeypatch.setattr(slotted_module, "PROMPT_TOKENS_PER_PASS", sum(map(len, ENDINGS)))
    greedy_tokens(session, [PREFIX * 4 + ending for ending in ENDINGS])
    assert added == [5]


def test_room_grows_at_once_for_all_that_may_come_as_a_long_row_leaves(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load_pair(tiny_model("llama"), {}, tmp_path).ours)
    can_use_slots(session.model.module)
    made: list[int] = []

    def noted(room: Tensor, *wanted: Any) -> Tensor:
        larger = grown(room, *wanted)
        made.append(larger.shape[0])
        return larger

    monkeypatch.setattr(key_value_slots, "grown", noted)
    # Seven tokens are made: beside the long row goes one short one, and behind them four, which come one by one.
    monkeypatch.setattr(generate_module, "CACHE_TOKENS", 2 * (27 + 7))
    monkeypatch.setattr(slotted_module, "PROMPT_TOKENS_PER_PASS", 1)
    greedy_tokens(session, [PREFIX * 3, *([start, 6, 19, 4] for start in range(20, 25))])
    assert list(dict.fromkeys(made)) == [2, 5]


def test_the_room_of_a_long_row_is_not_made_for_each_of_many_short_ones(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair, slots = load_pair(tiny_model("llama"), {}, tmp_path), KeyValueSlots()
    assert can_use_slots(pair.ours.module)
    with torch.no_grad():
        slots.add(pair.ours.module, [PREFIX * 9])
        assert slots.room_tokens == 9 * len(PREFIX) + 2
        slots.remove(0)
        expect_alone(pair, slots.add(pair.ours.module, ENDINGS), ENDINGS)
    assert slots.room_tokens == len(ENDINGS) * (7 + 2)


def test_room_for_all_that_is_expected_is_made_at_once_and_no_more(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    slots = KeyValueSlots(most_rows=len(ENDINGS), most_tokens=9)
    assert can_use_slots(pair.ours.module)
    rows = [ending[:7] for ending in ENDINGS]
    with torch.no_grad():
        slots.add(pair.ours.module, rows[:1])
        assert slots.room_tokens == len(ENDINGS) * (4 + 2)
        expect_alone(pair, slots.add(pair.ours.module, rows[1:]), rows[1:])
        for token in (30, 31):
            rows = [[*row, token] for row in rows]
            expect_alone(pair, slots.step(pair.ours.module, [token] * len(rows)), rows)
            assert slots.room_tokens == len(ENDINGS) * 9
        # What was expected is no limit.
        rows = [[*row, 32] for row in rows]
        expect_alone(pair, slots.step(pair.ours.module, [32] * len(rows)), rows)


def test_an_architecture_that_drops_what_it_does_not_know_generates_in_padded_batches(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    prompts = [PREFIX + ending for ending in ENDINGS]
    expected = greedy_tokens(ModelSession(load_pair(tiny_model("llama"), {}, tmp_path / "plain").ours), prompts)
    other = load_pair(tiny_model("llama"), {}, tmp_path / "other").ours
    own_forward = other.module.base_model.forward

    @wraps(own_forward)
    def forward(*, slots: KeyValueSlots | None = None, **named: Any) -> Any:
        return own_forward(**named)

    other.module.base_model.forward = forward
    assert not can_use_slots(other.module)
    assert greedy_tokens(ModelSession(other), prompts) == expected


def greedy_tokens(session: ModelSession, prompts: list[list[int]], **changes: Any) -> dict[int, tuple[int, ...]]:
    request = GenerateRequest(prompts, 7, None, **changes)
    return {each.index: each.token_ids for each in generate(session, None, request, lambda: False)}


def test_a_block_that_attends_within_chunks_is_refused() -> None:
    query = torch.zeros(1, 2, 3, 4)
    chunks = Spans([3], (None,), local_size=4, boundaries=torch.tensor([0, 3]))
    with pytest.raises(ValueError, match="chunks"):
        span_attention(torch.nn.Module(), query, query, query, chunks, slots=KeyValueSlots(), sliding_window=None)


def test_a_finished_row_is_replaced_while_the_others_go_on(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    session = ModelSession(pair.ours)
    prompts = [PREFIX + ending for ending in ENDINGS]
    wanted = greedy_tokens(session, prompts)
    sizes: list[int] = []
    own_step = KeyValueSlots.step

    def counted(slots: KeyValueSlots, module: Any, token_ids: list[int]) -> Tensor:
        sizes.append(len(token_ids))
        return own_step(slots, module, token_ids)

    monkeypatch.setattr(KeyValueSlots, "step", counted)
    stop = frozenset({wanted[0][1]})
    found = greedy_tokens(session, prompts, stop_token_ids=stop, max_batch_rows=2)
    for index, tokens in wanted.items():
        end = next((place for place, token in enumerate(tokens) if token in stop), len(tokens) - 1)
        assert found[index] == tokens[: end + 1]
    assert sizes[:-7].count(2) == len(sizes[:-7])  # both places are taken until the last row is alone


def test_passes_read_the_same_prompts_together_whichever_rows_end_early(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load_pair(tiny_model("llama"), {}, tmp_path).ours)
    prompts = [[start, *ending] for start in (20, 30, 40) for ending in ENDINGS]
    wanted = greedy_tokens(session, prompts)
    read: list[list[int]] = []
    in_use: list[int] = []
    own_add = KeyValueSlots.add

    def noted(slots: KeyValueSlots, module: Any, prompts: Sequence[Sequence[int]]) -> Tensor:
        read.append([len(prompt) for prompt in prompts])
        in_use.append(len(slots.lengths) + len(prompts))
        return own_add(slots, module, prompts)

    monkeypatch.setattr(KeyValueSlots, "add", noted)
    monkeypatch.setattr(slotted_module, "PROMPT_TOKENS_PER_PASS", 20)
    monkeypatch.setattr(slotted_module, "ARRIVING_SHARE", 1 / 2)
    for stop in (frozenset[int](), frozenset(wanted[0][:1]), frozenset(wanted[0][3:5])):
        found = greedy_tokens(session, prompts, stop_token_ids=stop, max_batch_rows=5)
        for index, tokens in wanted.items():
            end = next((place for place, token in enumerate(tokens) if token in stop), len(tokens) - 1)
            assert found[index] == tokens[: end + 1]
        # Five at first, in passes of 20 tokens; then two at a time.
        assert read == [[8, 8], [8, 5, 5], [5, 3], [3, 3], [3, 3], [3, 2], [2, 2]]
        assert max(in_use) == 5
        read.clear()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_pass_lets_no_more_rows_in_than_may_go_at_once(
    rows: int, tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load_pair(tiny_model("llama"), {}, tmp_path).ours)
    wanted = greedy_tokens(session, ENDINGS)
    monkeypatch.setattr(slotted_module, "ARRIVING_SHARE", 1)
    assert greedy_tokens(session, ENDINGS, max_batch_rows=rows) == wanted


def test_the_common_prefix_is_read_once(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    session = ModelSession(pair.ours)
    prompts = [PREFIX + ending for ending in ENDINGS]
    reads: list[list[int]] = []
    own_read = KeyValueSlots.read_prefix

    def noted(slots: KeyValueSlots, module: Any, token_ids: Sequence[int]) -> None:
        reads.append(list(token_ids))
        own_read(slots, module, token_ids)

    monkeypatch.setattr(KeyValueSlots, "read_prefix", noted)
    can_use_slots(pair.ours.module)
    reads.clear()
    shared = greedy_tokens(session, prompts)
    assert reads == [PREFIX]
    monkeypatch.setattr(slotted_module, "SMALLEST_PREFIX", 100)
    assert greedy_tokens(session, prompts) == shared
    assert len(reads) == 1


def test_frequencies_that_change_with_the_length_keep_rows_alone(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = load_pair(tiny_model("llama"), LONG_ROPE, tmp_path)
    monkeypatch.setattr(generate_module, "SlottedGeneration", None)
    assert len(greedy_tokens(ModelSession(pair.ours), [PREFIX, [5]])) == 2


@pytest.mark.parametrize(
    ("prompts", "wanted"),
    [([[1, 2, 3], [1, 2, 4]], 2), ([[1, 2], [1, 2, 3]], 1), ([[1], [2]], 0), ([[7, 7, 7]], 2), ([[4, 1], [4, 1]], 1)],
)
def test_common_prefix_leaves_a_token_of_each(prompts: list[list[int]], wanted: int) -> None:
    assert common_prefix_tokens(prompts) == wanted


def test_a_step_reads_no_more_than_rows_in_use_hold(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_value_slots, "STEP_TOKENS", 4)
    pair, slots = load_pair(tiny_model("llama"), {}, tmp_path), KeyValueSlots()
    assert can_use_slots(pair.ours.module)
    read: list[int] = []

    def noted(query: Tensor, own: Any, *others: Any) -> Tensor:
        read.append(own.keys.shape[2])
        return attend_rows(query, own, *others)

    monkeypatch.setattr(key_value_slots, "attend_rows", noted)
    rows = [PREFIX * 9, *ENDINGS[:2]]
    with torch.no_grad():
        slots.add(pair.ours.module, rows)
        for token in (20, 21):
            rows = [[*row, token] for row in rows]
            expect_alone(pair, slots.step(pair.ours.module, [token] * len(rows)), rows)
        assert set(read) == {9 * len(PREFIX) + 2}  # all the room there is: 84 would be the multiple
        slots.remove(0)
        read.clear()
        rows = [[*row, 22] for row in (rows[2], rows[1])]
        expect_alone(pair, slots.step(pair.ours.module, [22] * len(rows)), rows)
        assert set(read) == {8}
