"""A training with the prefix cache: the same bits whatever the cache holds, and fewer blocks run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from training_runs import FULL, every_linear, file_bytes, last_checkpoint, make_rows, run, specify

from midblock_server.core.checkpoint import list_checkpoints
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import ComputeSettings, RunSpecification, Step
from midblock_server.core.types import Control, StepDone, TrainerEvent

Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]

THREE_EPOCHS: tuple[Step, ...] = (
    ((0, 1, 2), (3,)),
    ((4, 5), (6, 7)),
    ((5, 0, 7), (2,)),
    ((6, 1), (3, 4)),
    ((1, 7), (0, 4)),
    ((2, 6, 5, 3),),
)
"""Each epoch packs the rows in another way."""

ROOMS = {
    "all in memory": ComputeSettings(prefix_cache_memory_bytes=2**20),
    "all on disk": ComputeSettings(prefix_cache_disk_bytes=2**20),
    "some in each, some in none": ComputeSettings(prefix_cache_memory_bytes=10_000, prefix_cache_disk_bytes=10_000),
    "no row has room": ComputeSettings(prefix_cache_memory_bytes=1),
}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", ["lora", "full-weights"])
def test_what_the_cache_holds_changes_no_bit(
    *, kind: str, dtype: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(), dtype=dtype))
    ends = {}
    for number, (name, room) in enumerate(ROOMS.items()):
        events = run(session, three_epochs(session.model, kind, room), tmp_path / str(number))
        ends[name] = losses(events), file_bytes(last_checkpoint(events))["training_state.safetensors"]
    wanted = ends.pop("no row has room")
    assert [name for name, found in ends.items() if found != wanted] == []


def test_without_a_cache_outcomes_agree_to_rounding(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    """Not always to the bit: matrix products may sum otherwise for a pack than for a row alone."""
    session = ModelSession(load(tiny_model()))
    without = run(session, three_epochs(session.model, "lora", ComputeSettings()), tmp_path / "without")
    with_cache = run(session, three_epochs(session.model, "lora", ROOMS["all in memory"]), tmp_path / "with")
    assert losses(with_cache) == pytest.approx(losses(without), rel=1e-5)


@pytest.mark.thorough
@pytest.mark.parametrize("room", ["all in memory", "all on disk", "some in each, some in none"])
def test_resumed_after_any_step_it_ends_with_the_same_bits(
    room: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(), dtype="bfloat16"))
    specification = three_epochs(session.model, "lora", ROOMS[room])
    undisturbed = run(session, specification, tmp_path / "undisturbed")
    assert sum(cached_tokens(undisturbed)) > 0
    for step, checkpoint in list_checkpoints(tmp_path / "undisturbed")[:-1]:
        resumed = run(session, specification, tmp_path / str(step), resume_from=checkpoint)
        assert losses(resumed) == losses(undisturbed)[step:]
        assert file_bytes(last_checkpoint(resumed)) == file_bytes(last_checkpoint(undisturbed))


def test_later_epochs_run_nothing_below_the_band(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    rows = make_rows()
    blocks_run: Counter[int] = Counter()
    for index, block in enumerate(session.model.blocks.modules):
        block.get_submodule("mlp").register_forward_pre_hook(lambda *_, index=index: blocks_run.update([index]))
    seen: list[Counter[int]] = []

    def ask() -> Control:
        seen.append(blocks_run.copy())
        blocks_run.clear()
        return Control.GO_ON

    events = run(session, three_epochs(session.model, "lora", ROOMS["all in memory"]), tmp_path, ask=ask)
    seen.append(blocks_run)
    micro_batches = [2, 2, 2, 2, 2, 1]
    rows_computed = [4, 4, 0, 0, 0, 0]
    assert seen[1:] == [
        Counter({0: below, 1: below, **dict.fromkeys(range(2, 6), above)})
        if below
        else Counter(dict.fromkeys(range(2, 6), above))
        for below, above in zip(rows_computed, micro_batches, strict=True)
    ]
    tokens = [sum(len(rows[row].token_ids) for batch in step for row in batch) for step in THREE_EPOCHS]
    assert cached_tokens(events) == [0, 0, *tokens[2:]]


def test_a_row_that_finds_room_later_is_kept_then(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    rows = make_rows(3)
    # Room for one row at a time: row 0 leaves after its last use, and row 1 takes its place.
    room = ComputeSettings(prefix_cache_memory_bytes=max(len(row.token_ids) for row in rows) * 64 * 4)
    steps = [((0,),), ((1,),), ((0,),), ((1,),), ((1, 2),)]
    events = run(session, specify(session.model, steps=steps, compute=room), tmp_path, data=rows)
    assert cached_tokens(events) == [0, 0, len(rows[0].token_ids), 0, len(rows[1].token_ids)]


@pytest.mark.parametrize("reason", ["each row once", "nothing below", "open"])
def test_there_is_none_where_it_can_not_pay(reason: str, load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    steps = THREE_EPOCHS[:2] if reason == "each row once" else THREE_EPOCHS
    ranks = {0: 4, 3: 4} if reason == "nothing below" else {2: 4}
    specification = specify(
        session.model, ranks=ranks, steps=steps, compute=ROOMS["all in memory"], open=reason == "open"
    )
    events = run(session, specification, tmp_path)
    assert cached_tokens(events) == [0] * len(steps)


def test_nothing_is_left_on_disk(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model()))
    folder = tmp_path / "run"
    events = run(session, three_epochs(session.model, "lora", ROOMS["all on disk"], keep_checkpoints=1), folder)
    assert sum(cached_tokens(events)) > 0
    assert list(folder.iterdir()) == [last_checkpoint(events)]


def three_epochs(model: LoadedModel, kind: str, compute: ComputeSettings, **changes: object) -> RunSpecification:
    """Three epochs of eight rows, dropout where there is any, and a checkpoint after each step."""
    method = FULL if kind == "full-weights" else every_linear(model, dropout=0.3)
    fields: dict[str, Any] = {"checkpoint_every_steps": 1, "keep_checkpoints": 6, **changes}
    return specify(model, method, steps=THREE_EPOCHS, compute=compute, **fields)


def losses(events: Sequence[TrainerEvent]) -> list[float]:
    return [event.loss for event in events if isinstance(event, StepDone)]


def cached_tokens(events: Sequence[TrainerEvent]) -> list[int]:
    return [event.cached_prefix_tokens for event in events if isinstance(event, StepDone)]
