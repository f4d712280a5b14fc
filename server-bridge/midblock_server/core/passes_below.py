"""What passes over the blocks below a band made, for passes over the same tokens with other weights above it.

An evaluation after a training asks what the one before it asked. The blocks below the band are still the base's, so
what they make of the same tokens, in the same pass, is the same to the bit: it is kept on disk, and taken from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class PassesBelow:
    """The passes over the blocks below ``first_block``, which is above 0, kept or computed."""

    first_block: int
    kept: KeptPasses
    most_bytes: int

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
        self.kept.put(self._key(given), made, self.most_bytes)

    def _key(self, given: object) -> bytes:
        return hashlib.sha256(repr((self.first_block, given)).encode()).digest()


def passes_below(session: ModelSession, weights: Path | None, shared: SharedPrefix | None) -> PassesBelow | None:
    """Inside a turn with these weights: what may be shared with other weights.

    None where nothing is to be, where the weights in place differ from the base below the block, for an architecture
    that can't be run in two parts, and among several ranks, which must make equally many passes.
    """
    kept, model = session.kept_passes, session.model
    if shared is None or kept is None or model.ranks.count > 1:
        return None
    if weights is not None and shared.first_block > session.first_changed_block():
        return None
    return PassesBelow(shared.first_block, kept, shared.disk_bytes) if can_split(model, shared.first_block) else None


def _pass_over(sequences: Sequence[Sequence[int]] | TokenTree) -> tuple[object, ...]:
    if isinstance(sequences, TokenTree):
        return "tree", sequences.token_ids, sequences.positions, sequences.ends
    return "sequences", [list(sequence) for sequence in sequences]
