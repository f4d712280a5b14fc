"""What the server accepts and how its connections behave: every such number stands here once."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds told to clients in the handshake; see ``Limits`` in control.proto."""

    max_message_bytes: int = 64 * MEBIBYTE
    max_chunk_bytes: int = 4 * MEBIBYTE
    max_dataset_bytes: int = 2048 * MEBIBYTE
    max_request_sequences: int = 4096
    heartbeat_seconds: float = 5.0


MAX_CLIENT_NOTES_BYTES = MEBIBYTE
ARTIFACT_CHUNK_BYTES = MEBIBYTE

# Each open stream holds a thread. Calls beyond this are refused at once (RESOURCE_EXHAUSTED) instead of hanging.
MAX_CONCURRENT_CALLS = 64

SHUTDOWN_GRACE_SECONDS = 30.0
# After the parent is gone nobody waits for a clean end, and its memory should be free soon.
ORPHAN_GRACE_SECONDS = 5.0


def channel_options(limits: Limits) -> list[tuple[str, int]]:
    """Options of the gRPC server. Clients ping every 30 s, which gRPC's own default answers with GOAWAY."""
    return [
        ("grpc.max_receive_message_length", limits.max_message_bytes),
        ("grpc.max_send_message_length", limits.max_message_bytes),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        # With the default, two servers could share a port and each get half of the calls.
        ("grpc.so_reuseport", 0),
    ]
