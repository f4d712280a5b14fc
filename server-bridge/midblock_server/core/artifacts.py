"""The weights of a checkpoint in the form users get: which files they are, and how they are read back."""

from __future__ import annotations

from pathlib import Path

from midblock_server.core import full_weights, lora
from midblock_server.core.band import Band
from midblock_server.core.model import LoadedModel

ARTIFACT_FILES = (*lora.ARTIFACTS, *full_weights.ARTIFACTS)
"""A checkpoint has the first three (an adapter in PEFT's format) or the last two (changed tensors)."""


def load_band(model: LoadedModel, folder: Path) -> Band:
    """Reads a checkpoint's weights for inference, without touching the model. The base must be in place.

    Raises CheckpointError("artifact-corrupt") where they do not fit the model.
    """
    if (folder / lora.WEIGHTS_FILE).exists():
        return lora.LoraBand.load(model, folder)
    return full_weights.load_delta(model, folder)
