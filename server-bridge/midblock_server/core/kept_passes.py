"""What passes over the model made, kept on disk for passes that would make the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from midblock_server.core.tensor_file import Place, TensorFile


@dataclass(frozen=True)
class _Kept:
    owner: str
    place: Place


class KeptPasses:
    """Tensors by key in a file of bounded size, in which the oldest of other owners make room for new ones.

    An owner asks for all it left, again and again: were its oldest to make room, it would find nothing of what does not
    fit as a whole.
    """

    def __init__(self, folder: Path) -> None:
        """``folder`` is on the disk that takes the file."""
        self.folder = folder
        self._file = TensorFile(folder)
        self._kept: dict[bytes, _Kept] = {}
        self._next = 0

    def get(self, key: bytes) -> Tensor | None:
        """What was put under the key, on the CPU; None where it is not there, or no more."""
        kept = self._kept.get(key)
        return None if kept is None else self._file.read(kept.place)

    def put(self, key: bytes, tensor: Tensor, most_bytes: int, owner: str) -> None:
        """Keeps a copy in the first ``most_bytes`` of the file, where there is room for it."""
        if tensor.nbytes > most_bytes:
            return
        begin = self._next if self._next + tensor.nbytes <= most_bytes else 0
        end = begin + tensor.nbytes
        over = {other for other, kept in self._kept.items() if kept.place.begin < end and begin < kept.place.end}
        if any(self._kept[other].owner == owner for other in over):
            return
        for other in over:
            del self._kept[other]
        place = self._file.write(begin, tensor.cpu())
        if place is None:
            self._kept = {other: kept for other, kept in self._kept.items() if kept.place.end <= begin}
            return
        self._kept[key] = _Kept(owner, place)
        self._next = end
