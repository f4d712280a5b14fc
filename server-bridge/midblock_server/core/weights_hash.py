"""Hashes weight files; a file's hash is remembered in the cache folder until its size or time of change differs."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path


def hash_files(folder: Path, names: Iterable[str], cache_folder: Path) -> str:
    """Hash of a model's weights, as model.proto defines it for ``ModelCard.weights_hash``."""
    return combine_hashes({name: file_sha256(folder / name, cache_folder) for name in names})


def combine_hashes(sha256_by_name: dict[str, str]) -> str:
    """The same from hashes already known."""
    total = hashlib.sha256()
    for name, sha256 in sorted(sha256_by_name.items()):
        total.update(f"{name}\0{sha256}\n".encode())
    return f"sha256:{total.hexdigest()}"


def file_sha256(path: Path, cache_folder: Path) -> str:
    """SHA-256 of a file in lower-case hex, remembered by path, size and time of change."""
    path = path.resolve()
    facts = path.stat()
    key = [str(path), facts.st_size, facts.st_mtime_ns]
    record = cache_folder / "hashes" / f"{hashlib.sha256(str(path).encode()).hexdigest()[:32]}.json"
    try:
        remembered = json.loads(record.read_text(encoding="utf-8"))
        if remembered["key"] == key:
            return str(remembered["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not there yet, or broken: hashed again and overwritten
    sha256 = _hash_bytes(path)
    record.parent.mkdir(parents=True, exist_ok=True)
    aside = record.with_suffix(f".{os.getpid()}.tmp")
    aside.write_text(json.dumps({"key": key, "sha256": sha256}), encoding="utf-8")
    os.replace(aside, record)
    return sha256


def _hash_bytes(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            total.update(chunk)
    return total.hexdigest()
