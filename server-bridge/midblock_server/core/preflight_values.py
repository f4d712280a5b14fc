"""What a preflight is asked and what it finds: plain values that mirror proto/midblock/v1/preflight.proto."""

from __future__ import annotations

from dataclasses import dataclass

from midblock_server.core.specification import RunSpecification


@dataclass(frozen=True)
class PreflightRequest:
    specification: RunSpecification
    sequence_tokens: tuple[int, ...]
    trained_tokens: int
    prompt_tokens: int = 0
    max_new_tokens: int = 0
    prompt_rows: int = 0
    accumulates: bool = False


@dataclass(frozen=True)
class MemoryParts:
    weights: int
    trainable: int = 0
    gradients: int = 0
    optimizer: int = 0
    activations: int = 0
    key_value_cache: int = 0


@dataclass(frozen=True)
class PreflightReport:
    memory: MemoryParts
    training_peak_bytes: int
    generation_peak_bytes: int
    available_bytes: int
    fits: bool
    micro_batch_seconds: float
    update_seconds: float
    micro_batch_joules: float | None
    measured_unix_seconds: float | None = None
    """When, where it was for an earlier request; None: for this one."""


@dataclass(frozen=True)
class MemoryNow:
    """Bytes used, and bytes that may be used with these included; 0 where that is unknown."""

    used_bytes: int
    available_bytes: int
