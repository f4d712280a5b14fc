"""Hidden states of rows, kept in memory while there is room, then in a file, then not at all."""

from __future__ import annotations

import io
import tempfile
import weakref
from pathlib import Path

import torch
from torch import Tensor


class PrefixStore:
    """Plain tensors by row. Memory and file go with the store; where the system allows it, the file has no name."""

    def __init__(self, memory_bytes: int, disk_bytes: int, folder: Path) -> None:
        """Takes at most so many bytes of memory, and of a file on the disk of ``folder``, which exists by then."""
        self._memory_room = memory_bytes
        self._disk_room = disk_bytes
        self._folder = folder
        self._memory: dict[int, Tensor] = {}
        self._disk: dict[int, tuple[int, torch.dtype, torch.Size]] = {}
        self._file: io.FileIO | None = None

    def get(self, row: int) -> Tensor | None:
        """What was put for the row, on the CPU; None where there was no room."""
        return self._read(row) if row in self._disk else self._memory.get(row)

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
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # as long as the store
                weakref.finalize(self, self._file.close)
            place = self._file.seek(0, 2)
            written = self._file.write(states.contiguous().view(torch.uint8).numpy().data)
        except OSError:
            written = 0
        if written == states.nbytes:
            self._disk_room -= states.nbytes
            self._disk[row] = (place, states.dtype, states.shape)
        else:
            self._disk_room = 0  # the disk is full before its share is used up: the row is computed again

    def _read(self, row: int) -> Tensor:
        assert self._file is not None
        place, dtype, shape = self._disk[row]
        content = bytearray(shape.numel() * dtype.itemsize)
        self._file.seek(place)
        self._file.readinto(content)
        return torch.frombuffer(content, dtype=dtype).view(shape)
