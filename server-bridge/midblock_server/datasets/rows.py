"""Reads the delimited form of a data set: Datum messages, each preceded by its length as a varint."""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import overload

from google.protobuf.message import DecodeError

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import Datum
from midblock_server.gen.midblock.v1 import dataset_pb2

Bytes = bytes | mmap.mmap


def row_spans(data: Bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each row's message. Raises "dataset-invalid" where a length does not fit the bytes."""
    position, size, row = 0, len(data), 0
    while position < size:
        length = shift = 0
        while True:
            if position >= size or shift > 28:
                raise _broken(row, "a length that does not end")
            byte = data[position]
            position += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        if length > size - position:
            raise _broken(row, f"a length of {length} bytes where {size - position} are left")
        yield position, position + length
        position += length
        row += 1


def parse_row(data: Bytes, start: int, end: int, row: int) -> dataset_pb2.Datum:
    try:
        return dataset_pb2.Datum.FromString(data[start:end])
    except DecodeError as error:
        raise _broken(row, f"bytes that are no Datum ({error})") from error


def _broken(row: int, found: str) -> MidblockServerError:
    return MidblockServerError(
        "dataset-invalid",
        f"The data set can't be read at row {row}.",
        found=found,
        wanted="Datum messages, each preceded by its length as a varint",
        facts={"row": str(row)},
    )


class StoredData(Sequence[Datum]):
    """The rows of a complete data set, parsed when they are asked for; only their places are held in memory."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._spans = array("Q", (place for span in row_spans(self._bytes) for place in span))

    def __len__(self) -> int:
        return len(self._spans) // 2

    @overload
    def __getitem__(self, index: int) -> Datum: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Datum]: ...

    def __getitem__(self, index: int | slice) -> Datum | Sequence[Datum]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        row = range(len(self))[index]
        message = parse_row(self._bytes, self._spans[2 * row], self._spans[2 * row + 1], row)
        return Datum(tuple(message.token_ids), tuple(message.loss_weights))


class JoinedData(Sequence[Datum]):
    """The rows of several data sets as one sequence."""

    def __init__(self, parts: Sequence[Sequence[Datum]]) -> None:
        self._parts = parts
        self._ends = list(accumulate(map(len, parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Datum: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Datum]: ...

    def __getitem__(self, index: int | slice) -> Datum | Sequence[Datum]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        row = range(len(self))[index]
        part = bisect_right(self._ends, row)
        return self._parts[part][row - (self._ends[part] - len(self._parts[part]))]
