"""Hashes weight files; a file's hash is remembered until its size or time of change differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from midblock_server.core.remembered import remembered


def hash_files(folder: Path, names: Iterable[str], cache_folder: Path) -> str:
    """Hash of a model's weights, as model.proto defines it for ``ModelCard.weights_hash``."""
    return combine_hashes({name: file_sha256(folder / name, cache_folder) for name in names})


def combine_hashes(sha256_by_name: dict[str, str]) -> str:
    """The same, from hashes that are known."""
    total = hashlib.sha256()
    for name, sha256 in sorted(sha256_by_name.items()):
        total.update(f"{name}\0{sha256}\n".encode())
    return f"sha256:{total.hexdigest()}"


def hash_as_held(weights_hash: str, quantization: str) -> str:
    """The hash of weights that are held in another form than their files have: "+" and the form come after it."""
    return weights_hash if quantization == "none" else f"{weights_hash}+{quantization}"


def hash_of_files(weights_hash: str) -> str:
    """The hash of the weight files alone, however the weights are held."""
    return weights_hash.partition("+")[0]


def file_sha256(path: Path, cache_folder: Path) -> str:
    """SHA-256 of a file in lower-case hex."""
    path = path.resolve()
    facts = path.stat()
    return remembered(
        cache_folder / "hashes", [str(path), facts.st_size, facts.st_mtime_ns], lambda: hash_file_bytes(path)
    )


def hash_file_bytes(path: Path) -> str:
    """SHA-256 of a file in lower-case hex, always read anew."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            total.update(chunk)
    return total.hexdigest()
