"""What passes over the blocks below a band made, for passes over the same tokens with other weights above it.

An evaluation after a training asks what the one before it asked. The blocks below the band are still the base's, so
what they make of the same tokens, in the same pass, is the same to the bit: it is kept on disk, and taken from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from midblock_server.core.block_range import Prefix, can_split, run_prefix
from midblock_server.core.kept_passes import KeptPasses
from midblock_server.core.token_tree import TokenTree

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel
    from midblock_server.core.session import ModelSession
    from midblock_server.core.types import SharedPrefix

MOST_PASS_BYTES = 2**28
"""A pass that made more is not kept: for a while, memory holds it twice."""


@dataclass(frozen=True, eq=False)
class PassesBelow:
    """The passes over the blocks below ``first_block``, which is above 0, kept or computed."""

    shared: SharedPrefix
    kept: KeptPasses

    @property
    def first_block(self) -> int:
        """The lowest block that is not run in them."""
        return self.shared.first_block

    @property
    def most_bytes(self) -> int:
        """Most bytes of one pass for it to be kept."""
        return min(MOST_PASS_BYTES, self.shared.disk_bytes)

    def with_none_kept(self) -> PassesBelow:
        """The same for passes that are not to be found, and will not be."""
        return replace(self, kept=KeptPasses(self.kept.folder))

    def prefix(self, model: LoadedModel, sequences: Sequence[Sequence[int]] | TokenTree) -> Prefix:
        """What ``run_prefix`` gives, on the model's device."""
        given = _pass_over(sequences)
        kept = self.find(given)
        if kept is not None:
            return Prefix(self.first_block, kept.to(model.torch_device))
        prefix = run_prefix(model, sequences, self.first_block)
        self.keep(given, prefix.states)
        return prefix

    def find(self, given: object) -> Tensor | None:
        """What was kept of the same pass, on the CPU. ``given`` is all that it depends on beside the model."""
        return self.kept.get(self._key(given))

    def keep(self, given: object, made: Tensor) -> None:
        """Keeps what a pass made, where there is room for it."""
        if made.nbytes <= self.most_bytes:
            self.kept.put(self._key(given), made, self.shared.disk_bytes, self.shared.owner)

    def _key(self, given: object) -> bytes:
        return hashlib.sha256(repr((self.first_block, given)).encode()).digest()


def passes_below(session: ModelSession, weights: Path | None, shared: SharedPrefix | None) -> PassesBelow | None:
    """Inside a turn with these weights: what may be shared with other weights.

    None where nothing is to be, where the weights in place differ from the base below the block, for an architecture
    that can't be run in two parts, and among several ranks, which must make equally many passes.
    """
    kept = session.kept_passes
    if shared is None or kept is None or session.model.ranks.count > 1:
        return None
    if weights is not None and shared.first_block > session.first_changed_block():
        return None
    # The base's blocks are looked at: a band of numbers that are none would pass for an architecture that can't.
    with session.base() as base:
        return PassesBelow(shared, kept) if can_split(base, shared.first_block) else None


def _pass_over(sequences: Sequence[Sequence[int]] | TokenTree) -> tuple[object, ...]:
    if isinstance(sequences, TokenTree):
        return "tree", sequences.token_ids, sequences.positions, sequences.ends
    return "sequences", [list(sequence) for sequence in sequences]
