"""Hidden states come back as they were put, from memory or disk, within both bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from midblock_server.core.prefix_store import PrefixStore

ROW_BYTES = 5 * 8 * 4


def row(seed: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(5, 8, generator=torch.Generator().manual_seed(seed)).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("room", [(10 * ROW_BYTES, 0), (0, 10 * ROW_BYTES)])
def test_gives_the_bits_it_was_given(room: tuple[int, int], dtype: torch.dtype, tmp_path: Path) -> None:
    store = PrefixStore(*room, tmp_path)
    for number in range(4):
        store.put(number, row(number, dtype))
    for number in (2, 0, 3, 1):
        found = store.get(number)
        assert found is not None
        assert found.dtype == dtype
        assert torch.equal(found, row(number, dtype))
    assert store.get(4) is None


def test_memory_then_disk_then_nothing(tmp_path: Path) -> None:
    store = PrefixStore(2 * ROW_BYTES, ROW_BYTES, tmp_path)
    for number in range(5):
        store.put(number, row(number))
    assert [store.get(number) is not None for number in range(5)] == [True, True, True, False, False]
    store.remove(0)
    store.remove(2)
    for number in (5, 6):
        store.put(number, row(number))
    # The memory of row 0 is used again, the file's place of row 2 is not.
    assert [store.get(number) is not None for number in range(7)] == [False, True, False, False, False, True, False]


def test_a_row_holds_no_memory_of_the_pack_it_came_from(tmp_path: Path) -> None:
    store = PrefixStore(ROW_BYTES, 0, tmp_path)
    pack = torch.cat([row(0), row(1)])
    store.put(0, pack[:5])
    kept = store.get(0)
    assert kept is not None
    assert kept.untyped_storage().nbytes() == ROW_BYTES


@pytest.mark.skipif(os.name != "posix", reason="an open file has a name there")
def test_the_file_has_no_name_so_that_it_goes_with_the_process(tmp_path: Path) -> None:
    store = PrefixStore(0, ROW_BYTES, tmp_path)
    store.put(0, row(0))
    assert list(tmp_path.iterdir()) == []
    assert store.get(0) is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_means_computing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115  # closed with the store
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full)
    store = PrefixStore(0, 10 * ROW_BYTES, tmp_path)
    store.put(0, row(0))
    store.put(1, row(1))
    assert store.get(0) is None
    assert store.get(1) is None
