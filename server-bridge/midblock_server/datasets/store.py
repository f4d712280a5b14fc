"""Keeps data sets by content hash: HASH.part while bytes are missing, HASH.rows and HASH.json when complete."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.flush import flush_to_disk
from midblock_server.core.types import Datum
from midblock_server.datasets.check import DatasetFacts, RowBounds, check_rows
from midblock_server.datasets.rows import JoinedData, StoredData
from midblock_server.durable_files import write_durably

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class DatasetState:
    """``facts`` is None until the data set is complete."""

    content_hash: str
    received_bytes: int
    facts: DatasetFacts | None


class DatasetStore:
    """Safe for many threads: uploads of the same data set write the same bytes to the same places, in turns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._locks: dict[str, threading.Lock] = {}
        self._locks_lock = threading.Lock()

    def state(self, content_hash: str) -> DatasetState:
        """What is safely on disk of a data set."""
        with self._locked(content_hash):
            return self._state(content_hash)

    def write(self, content_hash: str, offset: int, chunk: bytes) -> bool:
        """Puts bytes at ``offset``, which must not lie beyond what was received. False: the set is complete already."""
        with self._locked(content_hash):
            if self._facts(content_hash) is not None:
                return False
            descriptor = os.open(self._part(content_hash), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                received = os.fstat(descriptor).st_size
                if offset > received:
                    raise _wrong_offset(content_hash, offset, received)
                _write_fully(descriptor, offset, chunk)
            finally:
                os.close(descriptor)
            return True

    def complete(self, content_hash: str, bounds: RowBounds | None) -> DatasetState:
        """Checks hash and rows of what was received and makes it a data set. What does not pass is deleted."""
        with self._locked(content_hash):
            if self._facts(content_hash) is None:
                self._adopt_part(content_hash, bounds)
            return self._state(content_hash)

    def facts(self, content_hash: str) -> DatasetFacts:
        """Raises "dataset-not-found" unless the data set is complete."""
        facts = self.state(content_hash).facts
        if facts is None:
            raise MidblockServerError(
                "dataset-not-found",
                f"The server has no complete data set {content_hash}.",
                next_step="Upload the data set first.",
                facts={"content_hash": content_hash},
            )
        return facts

    def open(self, content_hashes: Sequence[str]) -> Sequence[Datum]:
        """The rows of complete data sets, numbered through in their order. Raises "dataset-not-found"."""
        for content_hash in content_hashes:
            self.facts(content_hash)
        return JoinedData([StoredData(self._rows(content_hash)) for content_hash in content_hashes])

    def _state(self, content_hash: str) -> DatasetState:
        facts = self._facts(content_hash)
        if facts is not None:
            return DatasetState(content_hash, self._rows(content_hash).stat().st_size, facts)
        try:
            descriptor = os.open(self._part(content_hash), os.O_RDONLY)
        except FileNotFoundError:
            return DatasetState(content_hash, 0, None)
        try:
            os.fsync(descriptor)
            return DatasetState(content_hash, os.fstat(descriptor).st_size, None)
        finally:
            os.close(descriptor)

    def _adopt_part(self, content_hash: str, bounds: RowBounds | None) -> None:
        part = self._part(content_hash)
        try:
            with part.open("rb") as stream:
                os.fsync(stream.fileno())
                with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    _check_hash(content_hash, data)
                    facts = check_rows(data, bounds)
        except MidblockServerError:
            part.unlink()
            raise
        write_durably(self._facts_file(content_hash), json.dumps(asdict(facts)))
        os.replace(part, self._rows(content_hash))
        flush_to_disk(self._folder)

    def _facts(self, content_hash: str) -> DatasetFacts | None:
        if not self._rows(content_hash).exists():
            return None
        return DatasetFacts(**json.loads(self._facts_file(content_hash).read_text()))

    @contextmanager
    def _locked(self, content_hash: str) -> Iterator[None]:
        _check_name(content_hash)
        with self._locks_lock:
            lock = self._locks.setdefault(content_hash, threading.Lock())
        with lock:
            yield

    def _part(self, content_hash: str) -> Path:
        return self._folder / f"{content_hash}.part"

    def _rows(self, content_hash: str) -> Path:
        return self._folder / f"{content_hash}.rows"

    def _facts_file(self, content_hash: str) -> Path:
        return self._folder / f"{content_hash}.json"


def _check_name(content_hash: str) -> None:
    if not _HASH.fullmatch(content_hash):
        raise MidblockServerError(
            "invalid-options",
            "A data set is named by its content hash.",
            found=repr(content_hash[:80]),
            wanted="SHA-256 in lower-case hex, 64 characters",
        )


def _check_hash(content_hash: str, data: mmap.mmap) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != content_hash:
        raise MidblockServerError(
            "dataset-invalid",
            "The uploaded bytes do not have the announced hash; they were discarded.",
            found=found,
            wanted=content_hash,
            next_step="Upload the data set again from the start.",
        )


def _wrong_offset(content_hash: str, offset: int, received: int) -> MidblockServerError:
    return MidblockServerError(
        "invalid-options",
        f"The upload of data set {content_hash} leaves a gap.",
        found=f"offset {offset}",
        wanted=f"at most {received}, the bytes received so far",
        next_step="Ask GetDataset for received_bytes and go on there.",
    )


def _write_fully(descriptor: int, offset: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        written = os.pwrite(descriptor, view, offset)
        offset += written
        view = view[written:]
