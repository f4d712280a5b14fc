"""Merges a folder of trained weights into its base model without a server, from files to files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from safetensors import SafetensorError

from midblock_server.core import full_weights, lora
from midblock_server.core.artifacts import load_band
from midblock_server.core.band import Band
from midblock_server.core.errors import CheckpointError, MidblockServerError
from midblock_server.core.merge import write_merged_band
from midblock_server.core.model import LoadedModel, load_model
from midblock_server.core.precision import DTYPES
from midblock_server.core.session import ModelSession
from midblock_server.core.sources import Report, find_model_files
from midblock_server.core.types import LoadSettings

STORED_DTYPE = "stored"
"""Names the element type that the base's own files have."""


def merge_folder(
    base: LoadSettings, trained: Path, out: Path, report: Report = lambda stage, share: None
) -> Sequence[Path]:
    """Writes the base with the adapter or the changed tensors of ``trained`` into ``out``, in the hub's layout.

    Gives the files; ``out`` appears whole or not at all. Raises MidblockServerError("invalid-options") where ``out``
    exists or ``trained`` lacks files, CheckpointError("artifact-corrupt") where the weights can't be read or were
    trained from another base, and what ``load_model`` and ``write_merged_band`` raise.
    """
    _check_folders(trained, out)
    if base.dtype == STORED_DTYPE:
        base = replace(base, dtype=_stored_dtype(base, report))
    model = load_model(base, report)
    band = _read_band(model, trained)
    report(_what_is_merged(model, trained), None)
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        write_merged_band(ModelSession(model), band, aside)
        aside.rename(out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return sorted(out.iterdir())


def _check_folders(trained: Path, out: Path) -> None:
    faults = [f"{out} exists already; name a folder that does not"] if out.exists() else []
    kinds = (lora.PEFT_FILES, full_weights.ARTIFACTS)
    if not any(all((trained / name).is_file() for name in kind) for kind in kinds):
        present = [name for kind in kinds for name in kind if (trained / name).is_file()]
        faults.append(f"{trained} has {present[0] if present else 'none of the files'} alone")
    if faults:
        raise MidblockServerError(
            "invalid-options",
            "These folders can't be merged.",
            found="; ".join(faults),
            wanted=f"trained weights ({' and '.join(kinds[0])}, or {' and '.join(kinds[1])}) and a new folder",
            next_step="Name the folder that result.save wrote, and an output that does not exist.",
        )


def _what_is_merged(model: LoadedModel, trained: Path) -> str:
    base = lora.recorded_base(trained)
    if base is None or base == model.card.weights_hash:
        return "merging"
    return (
        "merging into the unquantised weights; the adapter was trained on a quantised base, "
        f"{base}, and the merged model's answers differ by the error of the quantisation"
    )


def _stored_dtype(base: LoadSettings, report: Report) -> str:
    config = find_model_files(base.source, base.cache_folder, report).config
    text = config.get("text_config") or config
    named = text.get("dtype") or text.get("torch_dtype") or config.get("dtype")
    return named if named in DTYPES else "float32"


def _read_band(model: LoadedModel, trained: Path) -> Band:
    try:
        return load_band(model, trained)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CheckpointError(
            "artifact-corrupt",
            f"The trained weights in {trained} can't be read.",
            found=repr(error),
            wanted="the files as midblock wrote them",
            next_step="Save the run's weights again.",
        ) from error
