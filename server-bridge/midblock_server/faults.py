"""Gathers all faults of one request, so that a client hears of them at once."""

from __future__ import annotations

from midblock_server.core.errors import MidblockServerError

SHOWN_FAULTS = 20


class Faults:
    """A list of faults, each with its place, what was found and what was wanted."""

    def __init__(self) -> None:
        self._faults: list[str] = []

    def add(self, where: str, found: object, wanted: str) -> None:
        """Notes a fault at ``where``, a path into the request such as "optimizer.learning_rate"."""
        self._faults.append(f"{where}: found {found}, wanted {wanted}")

    def require(self, holds: bool, where: str, found: object, wanted: str) -> None:
        """Notes a fault unless ``holds``."""
        if not holds:
            self.add(where, found, wanted)

    def raise_if_any(self, code: str, what: str, next_step: str = "") -> None:
        """Raises one error that lists every fault: the first ``SHOWN_FAULTS`` in words, the others as a count."""
        if not self._faults:
            return
        shown = "; ".join(self._faults[:SHOWN_FAULTS])
        hidden = len(self._faults) - SHOWN_FAULTS
        more = f"; and {hidden} more" if hidden > 0 else ""
        count = len(self._faults)
        raise MidblockServerError(
            code,
            f"{what}: {count} {'fault' if count == 1 else 'faults'}: {shown}{more}",
            next_step=next_step,
            facts={"fault_count": str(count)},
        )
