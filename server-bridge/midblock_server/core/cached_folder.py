"""Folders that are made once and then kept: whole or not there, whoever is killed and however many start at once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from midblock_server.core.errors import ModelError
from midblock_server.core.flush import flush_to_disk

MANIFEST = "complete.json"


def cached_folder(folder: Path, make: Callable[[Path], None], waiting: Callable[[], None]) -> Path:
    """Gives ``folder``, made by ``make`` unless it is there and whole; a broken one is made again.

    ``make`` gets an empty folder beside it, which is then flushed to disk and renamed. ``waiting`` is called once when
    another process is making it. Raises ModelError("model-load-failed") where the disk can't take it.
    """
    if _is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_name(f"{folder.name}.lock"), waiting):
            if not _is_whole(folder):  # another process may have made it meanwhile
                _make_aside_and_rename(folder, make)
    except OSError as error:
        raise _not_writable(folder, error) from error
    return folder


@contextmanager
def _locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _make_aside_and_rename(folder: Path, make: Callable[[Path], None]) -> None:
    aside = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)  # left by a process that was killed: the lock is ours
    aside.mkdir()
    try:
        make(aside)
        (aside / MANIFEST).write_text(json.dumps(_facts(aside)), encoding="utf-8")
        for path in [*_files(aside), aside]:
            flush_to_disk(path)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(manifest == _facts(folder))


def _facts(folder: Path) -> dict[str, list[int]]:
    """Size and time of change of each file: enough to notice what was cut or overwritten, without reading it all."""
    files = [path for path in _files(folder) if path.name != MANIFEST]
    return {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in files}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _not_writable(folder: Path, error: OSError) -> ModelError:
    return ModelError(
        "model-load-failed",
        f"The cached copy of the model can't be written to {folder}.",
        found=str(error),
        wanted="a folder that can be written to, with room for the model in float32",
        next_step="Free some space, or choose another cache folder.",
    )
