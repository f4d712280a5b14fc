"""Writes that survive a power cut: the content reaches the disk before the name does."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes names created or renamed in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(file: Path, content: str) -> None:
    """Replaces ``file`` as a whole or not at all."""
    aside = file.with_name(file.name + ".part")
    with aside.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(aside, file)
    sync_folder(file.parent)
