"""Seeds of all that is random in a training, each a function of the run's seed and of what it is for.

A resumed run needs no saved generator states: whoever knows the seed and the step knows every draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def derived_seed(seed: int, purpose: str) -> int:
    """A seed of 63 bits for one purpose, such as "dropout of step 7"."""
    digest = hashlib.sha256(f"{seed}: {purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@contextmanager
def seeded(device: torch.device, seed: int) -> Iterator[None]:
    """Draws inside come from ``seed``; torch's own generators are put back after, as if nothing had been drawn."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
