"""What passes over the model made, kept on disk for passes that would make the same."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from midblock_server.core.tensor_file import Place, TensorFile


class KeptPasses:
    """Tensors by key in a file of bounded size, in which the oldest make room for new ones."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is on the disk that takes the file."""
        self._file = TensorFile(folder)
        self._places: dict[bytes, Place] = {}
        self._next = 0

    def get(self, key: bytes) -> Tensor | None:
        """What was put under the key, on the CPU; None where it is not there, or no more."""
        place = self._places.get(key)
        return None if place is None else self._file.read(place)

    def put(self, key: bytes, tensor: Tensor, most_bytes: int) -> None:
        """Keeps a copy in the first ``most_bytes`` of the file, where it fits in there."""
        if tensor.nbytes > most_bytes:
            return
        begin = self._next if self._next + tensor.nbytes <= most_bytes else 0
        end = begin + tensor.nbytes
        # Before the write: what it writes over is lost even where it fails.
        self._places = {
            other: place for other, place in self._places.items() if place.end <= begin or end <= place.begin
        }
        written = self._file.write(begin, tensor.cpu())
        if written is not None:
            self._places[key] = written
            self._next = end
