"""Uploads: whole, in pieces, again, wrong, too large, two at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from bridge_client import BridgeClient, failing
from fake_engine import FakeEngine
from running_server import LIMITS, RunningServer
from wire_requests import ROWS, Row, encode, hash_of, upload, upload_requests

from midblock_server.gen.midblock.v1 import dataset_pb2

DATA = encode(ROWS)


def status(client: BridgeClient, content_hash: str) -> dataset_pb2.DatasetStatus:
    told: dataset_pb2.DatasetStatus = client.datasets.GetDataset(
        dataset_pb2.GetDatasetRequest(content_hash=content_hash)
    )
    return told


def test_a_complete_upload_is_counted(client: BridgeClient) -> None:
    told = client.datasets.UploadDataset(upload_requests(DATA))
    assert told.complete
    # Weighted tokens: 2 + 1 + 1; the weight of the first token of the last row belongs to no label.
    assert (told.datum_count, told.token_count, told.trained_token_count) == (3, 9, 4)
    assert told.received_bytes == len(DATA)
    assert status(client, hash_of(DATA)) == told


def test_an_unknown_data_set_has_no_bytes(client: BridgeClient) -> None:
    told = status(client, "0" * 64)
    assert (told.received_bytes, told.complete) == (0, False)


def test_a_broken_upload_goes_on_where_it_stopped(client: BridgeClient) -> None:
    first = client.datasets.UploadDataset(upload_requests(DATA[:20], content_hash=hash_of(DATA), total=len(DATA)))
    assert (first.received_bytes, first.complete) == (20, False)
    assert status(client, hash_of(DATA)).received_bytes == 20
    assert client.datasets.UploadDataset(upload_requests(DATA, offset=20)).complete


def test_a_cancelled_upload_leaves_what_was_received(client: BridgeClient) -> None:
    sent, may_end = threading.Event(), threading.Event()

    def half() -> Iterator[dataset_pb2.UploadDatasetRequest]:
        yield from upload_requests(DATA[:16], content_hash=hash_of(DATA), total=len(DATA))
        sent.set()
        may_end.wait()

    call = client.datasets.UploadDataset.future(half())
    sent.wait()
    while status(client, hash_of(DATA)).received_bytes < 16:  # until the server has read what the client sent
        pass
    call.cancel()
    may_end.set()
    assert status(client, hash_of(DATA)).received_bytes == 16
    assert client.datasets.UploadDataset(upload_requests(DATA, offset=16)).complete


def test_uploading_again_is_free(client: BridgeClient) -> None:
    upload(client)
    header_only = upload_requests(b"", content_hash=hash_of(DATA), total=len(DATA))
    assert client.datasets.UploadDataset(header_only).complete
    assert client.datasets.UploadDataset(upload_requests(DATA)).complete


def test_a_gap_is_refused(client: BridgeClient) -> None:
    with failing("invalid-options") as failure:
        client.datasets.UploadDataset(upload_requests(DATA, offset=8))
    assert "received_bytes" in failure.detail.next_step


def test_bytes_of_another_hash_are_discarded(client: BridgeClient) -> None:
    with failing("dataset-invalid") as failure:
        client.datasets.UploadDataset(upload_requests(DATA, content_hash="a" * 64))
    assert (failure.detail.found, failure.detail.wanted) == (hash_of(DATA), "a" * 64)
    assert status(client, "a" * 64).received_bytes == 0


@pytest.mark.parametrize("content_hash", ["", "abc", "A" * 64, "../" + "a" * 61])
def test_a_data_set_is_named_by_a_hash_alone(client: BridgeClient, content_hash: str) -> None:
    with failing("invalid-options"):
        status(client, content_hash)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (((1, 2), (1.0,)), "2 token ids and 1 loss weights"),
        (((), ()), "no tokens"),
        (((1, 2), (0.0, -1.0)), "negative or not finite"),
        (((1, 2), (0.0, float("nan"))), "negative or not finite"),
        (((1, 2), (0.0, float("inf"))), "negative or not finite"),
        (((1, 100), (0.0, 1.0)), "token id 100"),
        ((tuple(range(17)), (1.0,) * 17), "17 tokens"),
    ],
)
def test_every_row_is_checked(client: BridgeClient, row: Row, told: str) -> None:
    data = encode([ROWS[0], row])
    with failing("dataset-invalid") as failure:
        client.datasets.UploadDataset(upload_requests(data))
    assert "row 1" in failure.detail.message
    assert told in failure.detail.message
    assert status(client, hash_of(data)).received_bytes == 0


def test_all_faulty_rows_are_told_at_once(client: BridgeClient) -> None:
    with failing("dataset-invalid") as failure:
        client.datasets.UploadDataset(upload_requests(encode([((1,), ()), ROWS[0], ((), ()), ((200,), (1.0,))])))
    assert failure.detail.facts["fault_count"] == "3"
    assert all(f"row {row}:" in failure.detail.message for row in (0, 2, 3))


@pytest.mark.parametrize("data", [b"\xff\xff", b"\x05ab", b"\x02\xff\xff", b"\xff\xff\xff\xff\xff\xff\x01"])
def test_bytes_that_are_no_rows_are_refused(client: BridgeClient, data: bytes) -> None:
    with failing("dataset-invalid") as failure:
        client.datasets.UploadDataset(upload_requests(data))
    assert failure.detail.facts["row"] == "0"


def test_limits_are_enforced(client: BridgeClient) -> None:
    with failing("limit-exceeded") as failure:
        client.datasets.UploadDataset(upload_requests(DATA, total=LIMITS.max_dataset_bytes + 1))
    assert failure.status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert failure.detail.facts["limit"] == "max_dataset_bytes"
    long = encode([((1, 2, 3), (0.0, 1.0, 1.0))] * 10)
    with failing("limit-exceeded") as failure:
        client.datasets.UploadDataset(upload_requests(long, chunk_bytes=LIMITS.max_chunk_bytes + 1))
    assert failure.detail.facts["limit"] == "max_chunk_bytes"


def test_more_bytes_than_announced_are_refused(client: BridgeClient) -> None:
    with failing("dataset-invalid"):
        client.datasets.UploadDataset(upload_requests(DATA, total=len(DATA) - 1))


def test_the_order_of_messages_is_held(client: BridgeClient) -> None:
    header, first, *_ = upload_requests(DATA)
    for wrong in ([first], [], [header, header], [dataset_pb2.UploadDatasetRequest()]):
        with failing("invalid-options"):
            client.datasets.UploadDataset(iter(wrong))


def test_very_many_faulty_rows_still_arrive_as_one_error(client: BridgeClient) -> None:
    with failing("dataset-invalid") as failure:
        client.datasets.UploadDataset(upload_requests(encode([((1,), ())] * 1000)))
    assert failure.detail.facts["fault_count"] == "1000"


def test_an_empty_data_set_is_refused(client: BridgeClient) -> None:
    with failing("dataset-invalid"):
        client.datasets.UploadDataset(upload_requests(b""))


def test_two_uploads_of_the_same_data_at_once_both_succeed(client: BridgeClient) -> None:
    """Each sends a part, waits until the other has sent one too, then both send the rest."""
    rows = [((number % 100, 2, 3), (0.0, 1.0, 1.0)) for number in range(50)]
    data = encode(rows)
    meeting = threading.Barrier(2)

    def in_step() -> Iterator[dataset_pb2.UploadDatasetRequest]:
        for number, request in enumerate(upload_requests(data)):
            if number in (2, 5):
                meeting.wait(timeout=30)
            yield request

    calls = [client.datasets.UploadDataset.future(in_step()) for _ in range(2)]
    assert [call.result().complete for call in calls] == [True, True]
    assert status(client, hash_of(data)).datum_count == 50


def test_data_uploaded_before_the_model_is_known_is_checked_for_what_holds_for_all(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "state", FakeEngine())
    assert upload(server.client, [((5000, 1), (0.0, 1.0))])
    with failing("dataset-invalid"):
        upload(server.client, [((1,), ())])
    server.engine.may_load.set()
    server.close()


def test_a_data_set_outlives_its_server(tmp_path: Path, engine: FakeEngine) -> None:
    first = RunningServer(tmp_path / "state", engine)
    upload(first.client)
    first.close()
    second = RunningServer(tmp_path / "state", engine)
    assert status(second.client, hash_of(DATA)).complete
    second.close()
