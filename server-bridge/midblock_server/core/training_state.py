"""What a training needs to go on from a checkpoint as if it had never stopped, beside the weights that users get."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from midblock_server.core.band import TrainableBand
from midblock_server.core.checkpoint import CheckpointState, read_state, verify_files
from midblock_server.core.errors import CheckpointError
from midblock_server.core.optimizer import PARAMETER, optimizer_tensors, restore_optimizer
from midblock_server.core.specification import BatchPlan, RunSpecification
from midblock_server.core.training_step import Training

TENSORS_FILE = "training_state.safetensors"
UNBINDING_FIELDS = ("client_notes", "checkpoint_every_steps", "keep_checkpoints", "batch_plan", "dataset_hashes")


def specification_digest(specification: RunSpecification, step: int) -> str:
    """SHA-256 in hex over all that decides the weights after ``step`` steps: all but the client's notes, when to write
    checkpoints, and the steps still to come."""
    return _digests(specification, step)[-1]


def _digests(specification: RunSpecification, step: int) -> list[str]:
    """The digest with the first of the data sets, with the first two, and so on: an open run knew fewer once."""
    fields = asdict(replace(specification, batch_plan=BatchPlan(())))
    for name in UNBINDING_FIELDS:
        del fields[name]
    fields["method"]["kind"] = type(specification.method).__name__
    fields["steps"] = specification.batch_plan.steps[:step]
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode())
    digests = []
    for dataset_hash in specification.dataset_hashes:
        digest.update(f"\n{dataset_hash}".encode())
        digests.append(digest.hexdigest())
    return digests


def save_training_state(band: TrainableBand, optimizer: torch.optim.Optimizer, folder: Path) -> None:
    """Writes the band for users, then the float32 parameters and the optimiser's moments."""
    band.save(folder)
    parameters = {f"{PARAMETER}.{name}": tensor.detach() for name, tensor in band.parameters.items()}
    tensors = {**parameters, **optimizer_tensors(optimizer, band.parameters)}
    save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, folder / TENSORS_FILE)


def read_resumable(folder: Path, specification: RunSpecification) -> CheckpointState:
    """Reads and verifies a checkpoint that a run is to go on from; an open one may have been extended since.

    Raises CheckpointError: "checkpoint-not-found", or "artifact-corrupt" where it is damaged or of another run.
    """
    state = read_state(folder, specification.weights_hash)
    fitting = _digests(specification, state.step)
    if state.specification_digest not in fitting:
        raise CheckpointError(
            "artifact-corrupt",
            f"The checkpoint in {folder} was written by a run with another specification.",
            found=f"specification {state.specification_digest}",
            wanted=f"specification {fitting[-1]}",
            next_step="Resume with the specification that the run was started with.",
        )
    verify_files(folder, state, state.files)
    return state


def restore_training_state(training: Training, folder: Path, state: CheckpointState) -> None:
    """Puts a verified checkpoint's state back into a training made for the same plan."""
    tensors = load_file(folder / TENSORS_FILE)
    parameters = training.band.parameters
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[f"{PARAMETER}.{name}"])
    training.band.publish()
    restore_optimizer(training.optimizer, parameters, tensors)
    training.progress.seconds = state.seconds
    training.progress.recent_losses = list(state.recent_losses)
