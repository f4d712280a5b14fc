"""Tensors come back from a file as they were written, and the disk is left room."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from midblock_server.core import tensor_file
from midblock_server.core.tensor_file import Place, TensorFile


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64])
def test_tensors_come_back(dtype: torch.dtype, tmp_path: Path) -> None:
    file = TensorFile(tmp_path / "made" / "here")
    first, second = torch.arange(6).reshape(2, 3).to(dtype), torch.arange(5).to(dtype)
    one = file.write(0, first)
    assert one is not None
    other = file.write(one.end, second.flip(0))
    assert other is not None
    for tensor, place in ((first, one), (second.flip(0), other)):
        found = file.read(place)
        assert found is not None
        assert found.dtype == dtype
        assert torch.equal(found, tensor)
    assert torch.equal(file.read(file.write(0, second) or one), second)  # type: ignore[arg-type]


def test_what_is_not_there_is_not_read(tmp_path: Path) -> None:
    file = TensorFile(tmp_path)
    place = file.write(0, torch.zeros(4))
    assert place is not None
    assert file.read(Place(4, torch.float32, torch.Size([4]))) is None


def test_the_disk_is_left_its_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, tensor = TensorFile(tmp_path), torch.zeros(4)
    places = [file.write(begin, tensor) for begin in (0, 16)]
    free = tensor_file.RESERVED_BYTES + tensor.nbytes
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert file.write(32, tensor) is not None
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free - 1))
    assert file.write(16, tensor) is None
    # What lay from there on gives the disk its room back.
    assert [file.read(place) is not None for place in places if place is not None] == [True, False]
