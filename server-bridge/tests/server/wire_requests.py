"""Builds the requests that tests send: small data sets, specifications, uploads."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence

from bridge_client import BridgeClient
from google.protobuf.proto import serialize_length_prefixed

from midblock_server.gen.midblock.v1 import dataset_pb2, run_pb2

Row = tuple[Sequence[int], Sequence[float]]
ROWS: tuple[Row, ...] = (((1, 2, 3), (0.0, 1.0, 1.0)), ((4, 5), (0.0, 0.5)), ((6, 7, 8, 9), (1.0, 0.0, 0.0, 2.0)))


def encode(rows: Sequence[Row]) -> bytes:
    stream = io.BytesIO()
    for token_ids, loss_weights in rows:
        serialize_length_prefixed(dataset_pb2.Datum(token_ids=token_ids, loss_weights=loss_weights), stream)
    return stream.getvalue()


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def upload_requests(
    data: bytes, *, content_hash: str | None = None, total: int | None = None, offset: int = 0, chunk_bytes: int = 16
) -> Iterator[dataset_pb2.UploadDatasetRequest]:
    header = dataset_pb2.UploadHeader(
        content_hash=content_hash or hash_of(data), total_bytes=len(data) if total is None else total, offset=offset
    )
    yield dataset_pb2.UploadDatasetRequest(header=header)
    for start in range(offset, len(data), chunk_bytes):
        yield dataset_pb2.UploadDatasetRequest(chunk=data[start : start + chunk_bytes])


def upload(client: BridgeClient, rows: Sequence[Row] = ROWS) -> str:
    data = encode(rows)
    assert client.datasets.UploadDataset(upload_requests(data)).complete
    return hash_of(data)


def specification(
    dataset_hash: str, *, steps: int = 4, every: int = 0, keep: int = 2, **notes: object
) -> run_pb2.RunSpecification:
    """Trains block 1 of the fake model; ``notes`` tell the fake engine what to do."""
    return run_pb2.RunSpecification(
        dataset_hashes=[dataset_hash],
        layer_plan=run_pb2.LayerPlan(blocks=[run_pb2.BlockPlan(index=1, rank=4)], block_count=4),
        lora=run_pb2.LoraMethod(targets=["q_proj"], scale=2.0),
        batch_plan=run_pb2.BatchPlan(
            steps=[
                run_pb2.Step(micro_batches=[run_pb2.MicroBatch(datum_indices=[step % len(ROWS)])])
                for step in range(steps)
            ]
        ),
        optimizer=run_pb2.OptimizerSettings(
            learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, schedule=run_pb2.SCHEDULE_LINEAR
        ),
        seed=1,
        checkpoint_every_steps=every,
        keep_checkpoints=keep,
        weights_hash="sha256:fake",
        client_notes=json.dumps(notes),
        steps_total=steps,
    )


def start(
    client: BridgeClient, key: str = "key", *, steps: int = 4, every: int = 0, keep: int = 2, **notes: object
) -> str:
    """Uploads the rows and starts a run; returns its id."""
    wanted = specification(upload(client), steps=steps, every=every, keep=keep, **notes)
    started: run_pb2.RunRecord = client.runs.StartRun(run_pb2.StartRunRequest(key=key, specification=wanted))
    return started.run_id


def events(client: BridgeClient, run_id: str, from_sequence: int = 1) -> Iterator[run_pb2.RunEvent]:
    """Watches a run, heartbeats left out."""
    for response in client.runs.WatchRun(run_pb2.WatchRunRequest(run_id=run_id, from_sequence=from_sequence)):
        if response.WhichOneof("message") == "event":
            yield response.event


def kinds(watched: Sequence[run_pb2.RunEvent]) -> list[str]:
    return [event.WhichOneof("event") for event in watched]


def watch_until(client: BridgeClient, run_id: str, kind: str, count: int = 1) -> run_pb2.RunEvent:
    """Waits for the ``count``-th event of a kind, then leaves the stream."""
    stream = client.runs.WatchRun(run_pb2.WatchRunRequest(run_id=run_id))
    for response in stream:
        if response.event.WhichOneof("event") == kind:
            count -= 1
            if count == 0:
                stream.cancel()
                event: run_pb2.RunEvent = response.event
                return event
    raise AssertionError(f"the stream ended without {kind}")


def record(client: BridgeClient, run_id: str) -> run_pb2.RunRecord:
    found: run_pb2.RunRecord = client.runs.GetRun(run_pb2.GetRunRequest(run_id=run_id))
    return found
