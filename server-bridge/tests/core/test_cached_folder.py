"""A cached folder is whole or not there: broken ones are made again, and two makers don't collide."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from midblock_server.core.cached_folder import cached_folder
from midblock_server.core.errors import ModelError


def never() -> None:
    raise AssertionError("nobody else is making it")


def overwrite_later(path: Path) -> None:
    later = path.stat().st_mtime_ns + 1_000_000_000
    path.write_bytes(b"WHOLE")
    os.utime(path, ns=(later, later))  # the file system's own clock may be too coarse to tell


class Maker:
    """Writes one file and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        (folder / "weights").write_bytes(b"whole")


def test_is_made_once(tmp_path: Path) -> None:
    make = Maker()
    first = cached_folder(tmp_path / "model", make, never)
    second = cached_folder(tmp_path / "model", make, never)
    assert (first, make.calls) == (second, 1)
    assert (first / "weights").read_bytes() == b"whole"


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "weights").write_bytes(b"who"),
        lambda folder: overwrite_later(folder / "weights"),
        lambda folder: (folder / "weights").unlink(),
        lambda folder: (folder / "complete.json").unlink(),
        lambda folder: (folder / "complete.json").write_text("{"),
    ],
    ids=["cut off", "overwritten", "deleted", "manifest deleted", "manifest broken"],
)
def test_a_broken_one_is_made_again(damage: Callable[[Path], object], tmp_path: Path) -> None:
    make = Maker()
    folder = cached_folder(tmp_path / "model", make, never)
    damage(folder)
    cached_folder(folder, make, never)
    assert make.calls == 2
    assert (folder / "weights").read_bytes() == b"whole"


def test_a_failed_maker_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "weights").write_bytes(b"who")
        raise ModelError("model-load-failed", "no")

    with pytest.raises(ModelError):
        cached_folder(tmp_path / "model", fail, never)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_killed_maker_blocks_nobody(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from midblock_server.core.cached_folder import cached_folder\n"
        "def make(folder):\n"
        "    (folder / 'weights').write_bytes(b'who')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "cached_folder(Path(sys.argv[1]), make, print)\n"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path / "model")], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "model.partial" / "weights").exists()

    folder = cached_folder(tmp_path / "model", Maker(), never)
    assert (folder / "weights").read_bytes() == b"whole"
    assert not (tmp_path / "model.partial").exists()


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    making, waiting, make = threading.Event(), threading.Event(), Maker()

    def make_when_the_other_waits(folder: Path) -> None:
        making.set()
        assert waiting.wait(timeout=30)
        make(folder)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(cached_folder, tmp_path / "model", make_when_the_other_waits, never)
        assert making.wait(timeout=30)
        second = pool.submit(cached_folder, tmp_path / "model", make, waiting.set)
        assert first.result() == second.result()
    assert make.calls == 1


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError) as caught:
        cached_folder(tmp_path / "file" / "model", Maker(), never)
    assert caught.value.code == "model-load-failed"
    assert str(tmp_path / "file" / "model") in caught.value.detail.message
