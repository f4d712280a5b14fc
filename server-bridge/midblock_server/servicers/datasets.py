"""The Datasets service."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from midblock_server.core.errors import MidblockServerError
from midblock_server.datasets.check import RowBounds
from midblock_server.datasets.store import DatasetState, DatasetStore
from midblock_server.gen.midblock.v1 import dataset_pb2, dataset_pb2_grpc
from midblock_server.limits import Limits
from midblock_server.model_host import ModelHost


class DatasetsServicer(dataset_pb2_grpc.DatasetsServicer):
    def __init__(self, store: DatasetStore, host: ModelHost, limits: Limits) -> None:
        self._store = store
        self._host = host
        self._limits = limits

    def GetDataset(
        self, request: dataset_pb2.GetDatasetRequest, context: grpc.ServicerContext
    ) -> dataset_pb2.DatasetStatus:
        return _status(self._store.state(request.content_hash))

    def UploadDataset(
        self, request_iterator: Iterator[dataset_pb2.UploadDatasetRequest], context: grpc.ServicerContext
    ) -> dataset_pb2.DatasetStatus:
        header = _header(next(request_iterator, None))
        _require_within("max_dataset_bytes", header.total_bytes, self._limits.max_dataset_bytes)
        state = self._store.state(header.content_hash)
        offset = header.offset
        for request in request_iterator:
            chunk = _chunk(request)
            _require_within("max_chunk_bytes", len(chunk), self._limits.max_chunk_bytes)
            _require_announced(offset + len(chunk), header)
            if state.facts is not None or not self._store.write(header.content_hash, offset, chunk):
                break
            offset += len(chunk)
        if self._store.state(header.content_hash).received_bytes < header.total_bytes:
            return _status(self._store.state(header.content_hash))
        model = self._host.loaded
        return _status(self._store.complete(header.content_hash, RowBounds.of(model) if model else None))


def _header(first: dataset_pb2.UploadDatasetRequest | None) -> dataset_pb2.UploadHeader:
    found = "no message" if first is None else first.WhichOneof("part")
    if first is None or found != "header":
        raise _wrong_order(found, "a header as the first message")
    if first.header.total_bytes == 0:
        raise MidblockServerError(
            "dataset-invalid", "The data set is empty.", found="0 bytes", wanted="at least one row"
        )
    return first.header


def _chunk(request: dataset_pb2.UploadDatasetRequest) -> bytes:
    found = request.WhichOneof("part")
    if found != "chunk":
        raise _wrong_order(found, "chunks alone after the header")
    return request.chunk


def _wrong_order(found: str | None, wanted: str) -> MidblockServerError:
    return MidblockServerError(
        "invalid-options", "The upload is out of order.", found=found or "nothing", wanted=wanted
    )


def _require_within(limit: str, found: int, most: int) -> None:
    if found > most:
        raise MidblockServerError(
            "limit-exceeded",
            f"The upload exceeds the server's {limit}.",
            found=f"{found} bytes",
            wanted=f"at most {most} bytes",
            facts={"limit": limit},
        )


def _require_announced(end: int, header: dataset_pb2.UploadHeader) -> None:
    if end > header.total_bytes:
        raise MidblockServerError(
            "dataset-invalid",
            f"The upload of data set {header.content_hash} has more bytes than its header announced.",
            found=f"at least {end} bytes",
            wanted=f"{header.total_bytes} bytes",
        )


def _status(state: DatasetState) -> dataset_pb2.DatasetStatus:
    status = dataset_pb2.DatasetStatus(content_hash=state.content_hash, received_bytes=state.received_bytes)
    if state.facts is not None:
        status.complete = True
        status.datum_count = state.facts.datum_count
        status.token_count = state.facts.token_count
        status.trained_token_count = state.facts.trained_token_count
    return status
