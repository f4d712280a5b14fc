"""Streams the files of a checkpoint, each as a header and chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from midblock_server.core.errors import CheckpointError
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.limits import ARTIFACT_CHUNK_BYTES


def stream_files(files: Sequence[Path]) -> Iterator[run_pb2.FetchArtifactsResponse]:
    """All files are opened first: a checkpoint that makes room for newer ones meanwhile is still sent whole."""
    with ExitStack() as stack:
        try:
            opened = [(file.name, stack.enter_context(file.open("rb"))) for file in files]
        except FileNotFoundError as error:
            raise CheckpointError(
                "checkpoint-not-found",
                "The checkpoint was removed before it could be sent.",
                found=str(error),
                next_step="Fetch the newest checkpoint.",
            ) from error
        for name, stream in opened:
            yield from _stream_file(name, stream)


def _stream_file(name: str, stream: BinaryIO) -> Iterator[run_pb2.FetchArtifactsResponse]:
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(stream):
        digest.update(chunk)
        size += len(chunk)
    yield run_pb2.FetchArtifactsResponse(
        header=run_pb2.ArtifactHeader(path=name, bytes=size, sha256=digest.hexdigest())
    )
    stream.seek(0)
    for chunk in _chunks(stream):
        yield run_pb2.FetchArtifactsResponse(chunk=chunk)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(ARTIFACT_CHUNK_BYTES):
        yield chunk
