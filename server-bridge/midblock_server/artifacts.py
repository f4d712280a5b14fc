"""Streams the files of a checkpoint, or of the model merged from it, each as a header and chunks."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import grpc

from midblock_server.core.errors import CheckpointError
from midblock_server.engine import Model
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.limits import ARTIFACT_CHUNK_BYTES
from midblock_server.streams import with_heartbeats


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


def stream_merged(
    model: Model, checkpoint: Path, scratch: Path, context: grpc.ServicerContext, heartbeat_seconds: float
) -> Iterator[run_pb2.FetchArtifactsResponse]:
    """Writes the merged model in ``scratch``, sends it and removes it. Empty chunks mean that it is written."""

    def merge(cancelled: Callable[[], bool]) -> Iterator[Sequence[Path]]:
        yield model.merge(checkpoint, Path(folder))

    # A call that is cancelled leaves while the files are still being written, and may so leave some behind.
    with tempfile.TemporaryDirectory(prefix="merged-", dir=scratch, ignore_cleanup_errors=True) as folder:
        for files in with_heartbeats(merge, context, heartbeat_seconds):
            yield from [run_pb2.FetchArtifactsResponse(chunk=b"")] if files is None else stream_files(files)


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
