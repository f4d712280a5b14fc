"""Tensors in a file, each at a place that its user knows. Where the system allows it, the file has no name."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

RESERVED_BYTES = 2**30
"""Free space of a disk that is left to what can't be computed again, such as checkpoints."""


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
        """Writes a tensor on the CPU, over whatever is there.

        None where the disk is full, up to the reserve, or can't be written to; the file then ends at ``begin``.
        """
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # as long as this
                weakref.finalize(self, self._file.close)
            if shutil.disk_usage(self._folder).free - tensor.nbytes < RESERVED_BYTES:
                raise OSError("the rest is reserved")
            self._file.seek(begin)
            left: memoryview = tensor.contiguous().view(torch.uint8).numpy().reshape(-1).data
            while left:  # a system call takes 2 GiB at most
                left = left[self._file.write(left) :]
        except OSError:
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.truncate(begin)
            return None
        return Place(begin, tensor.dtype, tensor.shape)

    def read(self, place: Place) -> Tensor | None:
        """The tensor that was written at a place, on the CPU; None where it can't be read."""
        assert self._file is not None
        content = bytearray(place.end - place.begin)
        left = memoryview(content)
        try:
            self._file.seek(place.begin)
            while left:
                count = self._file.readinto(left)
                if not count:
                    return None
                left = left[count:]
        except OSError:
            return None
        return torch.frombuffer(content, dtype=place.dtype).view(place.shape)
