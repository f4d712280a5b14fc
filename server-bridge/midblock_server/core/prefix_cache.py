"""What the blocks below the band make of each row, computed the first time and kept for as long as the plan needs it.

Nothing below the lowest planned block changes in a training, so a row's hidden states there are the same every time.
On a CPU each row goes through these blocks alone, kept or not: so its states don't depend on the rows it is packed
with, and neither the cache's size nor a resume changes a bit of the outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from midblock_server.core.block_range import Prefix, can_split, run_prefix
from midblock_server.core.prefix_store import PrefixStore
from midblock_server.core.specification import RunSpecification

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel


class PrefixCache:
    """The hidden states at the input of block ``first_block``, for the steps of a plan from one on."""

    def __init__(self, first_block: int, uses: Counter[int], store: PrefixStore) -> None:
        """``uses`` tells how often each row is still to come."""
        self.first_block = first_block
        self._tokens_from_cache = 0
        self._uses = uses
        self._store = store

    def prefix(self, model: LoadedModel, rows: Sequence[int], sequences: Sequence[Sequence[int]]) -> Prefix:
        """The prefix of a micro-batch's rows, on the model's device.

        Counts each row as used, and forgets a row after its last use.
        """
        found = {row: kept for row in set(rows) if (kept := self._store.get(row)) is not None}
        missing = {row: tokens for row, tokens in zip(rows, sequences, strict=True) if row not in found}
        computed = dict(zip(missing, self._compute(model, list(missing.values())), strict=True))
        self._tokens_from_cache += sum(len(tokens) for row, tokens in zip(rows, sequences, strict=True) if row in found)
        self._uses.subtract(rows)
        for row in set(rows):
            if self._uses[row] <= 0:
                self._store.remove(row)
            elif row in computed:
                self._store.put(row, computed[row])
        each = {**found, **computed}
        return Prefix(self.first_block, torch.cat([each[row].to(model.torch_device) for row in rows]))

    def take_count(self) -> int:
        """Tokens that came from the cache since this was asked last."""
        count, self._tokens_from_cache = self._tokens_from_cache, 0
        return count

    def _compute(self, model: LoadedModel, sequences: Sequence[Sequence[int]]) -> Sequence[Tensor]:
        if not sequences:
            return ()
        if model.torch_device.type == "cpu":
            return [run_prefix(model, [sequence], self.first_block).states for sequence in sequences]
        together = run_prefix(model, sequences, self.first_block).states
        return torch.split(together, [len(sequence) for sequence in sequences])


def make_prefix_cache(
    model: LoadedModel, specification: RunSpecification, from_step: int, folder: Path
) -> PrefixCache | None:
    """Makes the cache for the steps from ``from_step`` on, None where it can't pay.

    That is where it may hold nothing, nothing is below the band, the plan has no row twice or is not known to its end,
    the architecture can't be run in two parts, or several ranks must make equally many passes. None of this depends on
    ``from_step``, so that a resumed training computes as an undisturbed one does. The base must be in place.
    """
    compute = specification.compute
    first_block = first_planned_block(specification)
    repeats = max(_uses(specification, 0).values(), default=0) > 1
    room = compute.prefix_cache_memory_bytes + compute.prefix_cache_disk_bytes
    several = model.ranks.count > 1
    if specification.open or not repeats or room == 0 or several or not can_split(model, first_block):
        return None
    store = PrefixStore(compute.prefix_cache_memory_bytes, compute.prefix_cache_disk_bytes, folder)
    return PrefixCache(first_block, _uses(specification, from_step), store)


def first_planned_block(specification: RunSpecification) -> int:
    """Index of the lowest block that is ever trained."""
    return min(block.index for block in specification.layer_plan.blocks)


def _uses(specification: RunSpecification, from_step: int) -> Counter[int]:
    steps = specification.batch_plan.steps[from_step:]
    return Counter(row for step in steps for rows in step for row in rows)
