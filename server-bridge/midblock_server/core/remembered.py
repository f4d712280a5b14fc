"""Remembers small results between starts, one file each, in the cache folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value", str, float)


def remembered(folder: Path, key: Sequence[str | int], compute: Callable[[], Value]) -> Value:
    """Gives what ``compute`` gave for this key before, or computes it and remembers it.

    A record that is broken, or of another type, is computed again. Safe against other processes: records are renamed
    into place whole. A folder that can't be written to only costs the computing.
    """
    record = folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.json"
    known = _read(record, list(key))
    if known is not None:
        return known  # type: ignore[return-value]  # the same key was computed by the same function
    value = compute()
    _write(record, {"key": list(key), "value": value})
    return value


def _read(record: Path, key: list[str | int]) -> str | float | None:
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("key") != key:
        return None
    value = content.get("value")
    return value if isinstance(value, (str, float)) else None


def _write(record: Path, content: dict[str, object]) -> None:
    aside = record.with_suffix(f".{os.getpid()}.partial")
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(content), encoding="utf-8")
        os.replace(aside, record)
    except OSError:
        with suppress(OSError):
            aside.unlink()
