"""Tensors in a file, each at a place that its user knows. Where the system allows it, the file has no name."""

from __future__ import annotations

import io
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor


@dataclass(frozen=True)
class Place:
    """The bytes of a file from ``begin`` on that hold a tensor, and what it is."""

    begin: int
    dtype: torch.dtype
    shape: torch.Size

    @property
    def end(self) -> int:
        """The first byte after them."""
        return self.begin + self.shape.numel() * self.dtype.itemsize


class TensorFile:
    """The file is made in a folder at the first write, and goes with this object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: io.FileIO | None = None

    def write(self, begin: int, tensor: Tensor) -> Place | None:
        """Writes a tensor on the CPU, over whatever is there; None where the disk is full or can't be written to."""
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # as long as this
                weakref.finalize(self, self._file.close)
            self._file.seek(begin)
            written = self._file.write(tensor.contiguous().view(torch.uint8).numpy().data)
        except OSError:
            return None
        return Place(begin, tensor.dtype, tensor.shape) if written == tensor.nbytes else None

    def read(self, place: Place) -> Tensor:
        """The tensor that was written at a place, on the CPU."""
        assert self._file is not None
        content = bytearray(place.end - place.begin)
        self._file.seek(place.begin)
        self._file.readinto(content)
        return torch.frombuffer(content, dtype=place.dtype).view(place.shape)
