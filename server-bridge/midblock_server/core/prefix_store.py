"""Hidden states of rows, kept in memory while there is room, then in a file, then not at all."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from midblock_server.core.tensor_file import Place, TensorFile


class PrefixStore:
    """Plain tensors by row. Memory and file go with the store."""

    def __init__(self, memory_bytes: int, disk_bytes: int, folder: Path) -> None:
        """Takes at most so many bytes of memory, and of a file on the disk of ``folder``."""
        self._memory_room = memory_bytes
        self._disk_room = disk_bytes
        self._memory: dict[int, Tensor] = {}
        self._disk: dict[int, Place] = {}
        self._file = TensorFile(folder)
        self._file_end = 0

    def get(self, row: int) -> Tensor | None:
        """What was put for the row, on the CPU; None where there was no room, or it can't be read."""
        return self._file.read(self._disk[row]) if row in self._disk else self._memory.get(row)

    def put(self, row: int, states: Tensor) -> None:
        """Keeps a copy where there is room for it. A row is put once until it is removed."""
        if states.nbytes <= self._memory_room:
            self._memory_room -= states.nbytes
            self._memory[row] = states.to("cpu", copy=True)
        elif states.nbytes <= self._disk_room:
            self._write(row, states.cpu())

    def remove(self, row: int) -> None:
        """Forgets a row. Its memory can be used again; its place in the file stays taken."""
        self._disk.pop(row, None)
        states = self._memory.pop(row, None)
        if states is not None:
            self._memory_room += states.nbytes

    def _write(self, row: int, states: Tensor) -> None:
        place = self._file.write(self._file_end, states)
        if place is None:
            self._disk_room = 0  # the disk is full before its share is used up: the row is computed again
            return
        self._disk[row] = place
        self._file_end = place.end
        self._disk_room -= states.nbytes
