"""Who may use the model now, and with which weights: every computation takes a turn here."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from midblock_server.core.artifacts import ARTIFACT_FILES, load_band
from midblock_server.core.band import Band
from midblock_server.core.checkpoint import read_state, verify_files
from midblock_server.core.fair_lock import FairLock
from midblock_server.core.kept_passes import KeptPasses
from midblock_server.core.model import LoadedModel

KEPT_BANDS = 2


class ModelSession:
    """A loaded model, lent to one user at a time in the order they ask.

    A training takes a turn for each optimiser step, so that inference comes in between. Whatever is put in place stands
    beside the base's tensors, which are never written to.
    """

    def __init__(self, model: LoadedModel, kept_passes: KeptPasses | None = None) -> None:
        """``kept_passes`` is where evaluations keep what they share; None: nothing is kept."""
        self.model = model
        self.kept_passes = kept_passes
        self._lock: AbstractContextManager[None] = FairLock()
        self._in_place: Band | None = None
        self._kept: OrderedDict[tuple[str, ...], Band] = OrderedDict()

    def by_turns_of(self, lock: AbstractContextManager[None]) -> ModelSession:
        """The same session for one operation, which takes its turns by another lock."""
        session = copy.copy(self)
        session._lock = lock
        return session

    @contextmanager
    def turn(self, weights: Path | None = None) -> Iterator[LoadedModel]:
        """Waits for the device and lends the model with the base (None) or a checkpoint folder's weights in place.

        Raises CheckpointError for a folder that is missing, damaged, or made for another model. A turn must not be
        taken inside a turn: it would wait for itself.
        """
        with self._lock:
            band = None if weights is None else self._band(weights)
            with self._with_band(band):
                yield self.model

    @contextmanager
    def turn_with(self, band: Band) -> Iterator[LoadedModel]:
        """A turn with weights that its caller holds, such as those of a training."""
        with self._lock, self._with_band(band):
            yield self.model

    @contextmanager
    def base(self) -> Iterator[LoadedModel]:
        """Inside a turn, and in its thread: lends the same model with its base weights, then puts the turn's back."""
        with self._with_band(None):
            yield self.model

    def first_changed_block(self) -> int:
        """Inside a turn: the lowest block that differs from the base's; 0 where the base is in place."""
        return 0 if self._in_place is None else self._in_place.first_block

    @contextmanager
    def _with_band(self, band: Band | None) -> Iterator[None]:
        before = self._in_place
        self._replace(band)
        try:
            yield
        finally:
            self._replace(before)

    def _replace(self, band: Band | None) -> None:
        if self._in_place is not None:
            self._in_place.detach()
            self._in_place = None
        if band is not None:
            band.attach()
            self._in_place = band

    def _band(self, folder: Path) -> Band:
        # By content, not by path: a run that goes on from an earlier step writes other weights under the same name.
        ranks = self.model.ranks
        state = ranks.together(lambda: read_state(folder, self.model.card.weights_hash))
        identity = tuple(state.files[name].sha256 for name in ARTIFACT_FILES if name in state.files)
        if identity not in self._kept:
            ranks.together(lambda: verify_files(folder, state, ARTIFACT_FILES))
            self._kept[identity] = load_band(self.model, folder)
            if len(self._kept) > KEPT_BANDS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(identity)
        return self._kept[identity]
