"""Writes that survive a power cut: the content reaches the disk before the name does."""

from __future__ import annotations

import os
from pathlib import Path

from midblock_server.core.flush import flush_to_disk


def write_durably(file: Path, content: str) -> None:
    """Replaces ``file`` as a whole or not at all."""
    aside = file.with_name(file.name + ".part")
    with aside.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(aside, file)
    flush_to_disk(file.parent)
