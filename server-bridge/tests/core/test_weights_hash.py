"""File hashes are remembered, and only as long as the file is the same."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from midblock_server.core import weights_hash
from midblock_server.core.weights_hash import combine_hashes, file_sha256


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"weights")
    return tmp_path / "file"


def test_is_computed_once(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = file_sha256(file, tmp_path)
    monkeypatch.delattr(weights_hash, "hash_file_bytes")
    assert file_sha256(file, tmp_path) == first == hashlib.sha256(b"weights").hexdigest()


def test_a_changed_file_is_hashed_again(file: Path, tmp_path: Path) -> None:
    file_sha256(file, tmp_path)
    later = file.stat().st_mtime_ns + 1_000_000_000
    file.write_bytes(b"WEIGHTS")
    os.utime(file, ns=(later, later))
    assert file_sha256(file, tmp_path) == hashlib.sha256(b"WEIGHTS").hexdigest()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": 1}'])
def test_a_broken_record_is_replaced(content: str, file: Path, tmp_path: Path) -> None:
    first = file_sha256(file, tmp_path)
    (record,) = (tmp_path / "hashes").iterdir()
    record.write_text(content, encoding="utf-8")
    assert file_sha256(file, tmp_path) == first


def test_a_cache_that_can_not_be_written_only_costs_time(file: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file, not a folder")
    assert file_sha256(file, tmp_path / "blocked") == hashlib.sha256(b"weights").hexdigest()


def test_names_and_contents_count_and_order_does_not() -> None:
    assert combine_hashes({"a": "1", "b": "2"}) == combine_hashes({"b": "2", "a": "1"})
    assert combine_hashes({"a": "1", "b": "2"}) != combine_hashes({"a": "2", "b": "1"})
    assert combine_hashes({"a": "1"}) == f"sha256:{hashlib.sha256(b'a' + bytes(1) + b'1' + bytes([10])).hexdigest()}"
