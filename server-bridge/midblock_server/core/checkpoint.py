"""Checkpoints on disk: whole or absent, hashed, the newest few kept.

A folder holds the weights in the form users get (``artifacts``), training_state.safetensors (the optimiser's float32
tensors and their moments) and state.json, which names every file with its size and hash. No generator states are kept:
all draws follow from the seed and the step (``seeds``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from midblock_server.core.artifacts import ARTIFACT_FILES
from midblock_server.core.errors import CheckpointError
from midblock_server.core.flush import flush_to_disk
from midblock_server.core.progress import Progress
from midblock_server.core.weights_hash import combine_hashes, hash_file_bytes

STATE_FILE = "state.json"
FORMAT = "midblock-checkpoint-1"
PREFIX = "step-"
ASIDE_PREFIX = ".aside-"


@dataclass(frozen=True)
class FileRecord:
    """A file as it was written."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class CheckpointState:
    """What state.json says. ``step`` counts the optimiser steps done; for the last two see ``progress``."""

    step: int
    specification_digest: str
    base_weights_hash: str
    files: Mapping[str, FileRecord]
    seconds: float = 0.0
    recent_losses: tuple[float, ...] = ()


def write_checkpoint(
    parent: Path,
    step: int,
    specification_digest: str,
    base_weights_hash: str,
    write_files: Callable[[Path], None],
    *,
    progress: Progress,
) -> Path:
    """Writes a checkpoint aside, syncs it to disk and renames it into place. Returns its folder.

    ``write_files`` writes everything but state.json into the folder it is given.
    """
    aside = parent / f"{ASIDE_PREFIX}{step}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    write_files(aside)
    files = {path.name: FileRecord(path.stat().st_size, hash_file_bytes(path)) for path in sorted(aside.iterdir())}
    fields = asdict(CheckpointState(step, specification_digest, base_weights_hash, files, **asdict(progress)))
    state = {"format": FORMAT, **fields}
    (aside / STATE_FILE).write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    for path in (*aside.iterdir(), aside):
        flush_to_disk(path)
    folder = checkpoint_folder(parent, step)
    aside.rename(folder)
    flush_to_disk(parent)
    return folder


def checkpoint_folder(parent: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return parent / f"{PREFIX}{step:08d}"


def list_checkpoints(parent: Path) -> list[tuple[int, Path]]:
    """The checkpoints in a run's folder as (step, folder), oldest first."""
    found = [(path.name.removeprefix(PREFIX), path) for path in parent.glob(f"{PREFIX}*")]
    return sorted((int(step), path) for step, path in found if step.isdigit())


def checkpoint_bytes(folder: Path) -> int:
    """Bytes of a checkpoint's files."""
    return sum(path.stat().st_size for path in folder.iterdir())


def remove_checkpoint(folder: Path) -> None:
    """Removes a checkpoint; at no moment does a half of it bear its name."""
    aside = folder.with_name(f"{ASIDE_PREFIX}removed-{uuid4().hex}")
    try:
        folder.rename(aside)
    except FileNotFoundError:
        return  # another thread was faster
    shutil.rmtree(aside, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    """Removes what a killed process had not finished writing or removing."""
    for path in parent.glob(f"{ASIDE_PREFIX}*"):
        # Another thread may be removing one as well.
        shutil.rmtree(path, ignore_errors=True)


def read_state(folder: Path, base_weights_hash: str) -> CheckpointState:
    """Reads state.json of a checkpoint of the model with the hash given.

    Raises CheckpointError: "checkpoint-not-found", or "artifact-corrupt" where it can't be read or is another model's.
    """
    state = _parse_state(folder)
    if state.base_weights_hash != base_weights_hash:
        raise CheckpointError(
            "artifact-corrupt",
            f"The checkpoint in {folder} was trained from another model.",
            found=state.base_weights_hash,
            wanted=base_weights_hash,
            next_step="Load the model that the run was started with.",
        )
    return state


def verify_files(folder: Path, state: CheckpointState, names: Iterable[str]) -> None:
    """Compares those of the files that the checkpoint has with their sizes and hashes.

    Raises CheckpointError("artifact-corrupt") telling all that differ.
    """
    faults = [_file_fault(folder / name, state.files[name]) for name in names if name in state.files]
    if any(faults):
        raise _corrupt(folder, "; ".join(filter(None, faults)), "the files as they were written")


def artifact_files(folder: Path) -> list[Path]:
    """The files of a checkpoint that are for its user: weights and their description, not the optimiser's state.

    Raises CheckpointError: "checkpoint-not-found", or "artifact-corrupt" where they are not as they were written.
    """
    state = _parse_state(folder)
    verify_files(folder, state, ARTIFACT_FILES)
    return [folder / name for name in ARTIFACT_FILES if name in state.files]


def trained_weights_hash(folder: Path) -> str:
    """Hash of a checkpoint's artifact files as they were written: the same for the same weights, of whichever run."""
    files = _parse_state(folder).files
    return combine_hashes({name: files[name].sha256 for name in ARTIFACT_FILES if name in files})


def _parse_state(folder: Path) -> CheckpointState:
    try:
        fields = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise ValueError(f"not of the format {FORMAT}")
        files = {name: FileRecord(**record) for name, record in fields.pop("files").items()}
        return CheckpointState(files=files, **fields)
    except FileNotFoundError as error:
        raise CheckpointError(
            "checkpoint-not-found",
            f"There is no checkpoint in {folder}.",
            found="no state.json",
            wanted="a folder that a training wrote",
            next_step="List the run's checkpoints and name one of them.",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _corrupt(folder, f"{STATE_FILE}: {error!r}", "the state as it was written") from error


def _file_fault(path: Path, wanted: FileRecord) -> str:
    if not path.is_file():
        return f"{path.name} is missing"
    if path.stat().st_size != wanted.bytes:
        return f"{path.name} has {path.stat().st_size} bytes instead of {wanted.bytes}"
    return "" if hash_file_bytes(path) == wanted.sha256 else f"{path.name} has another hash"


def _corrupt(folder: Path, found: str, wanted: str) -> CheckpointError:
    return CheckpointError(
        "artifact-corrupt",
        f"The checkpoint in {folder} is damaged.",
        found=found,
        wanted=wanted,
        next_step="Use another checkpoint of the run, or start the run anew.",
    )
