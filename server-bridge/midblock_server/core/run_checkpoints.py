"""The checkpoints of one run: written in its folder, the newest few kept, those of undone steps removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from midblock_server.core.checkpoint import (
    checkpoint_bytes,
    checkpoint_folder,
    list_checkpoints,
    remove_checkpoint,
    remove_leftovers,
    trained_weights_hash,
    write_checkpoint,
)
from midblock_server.core.errors import TrainingError
from midblock_server.core.training_state import save_training_state, specification_digest
from midblock_server.core.training_step import Training
from midblock_server.core.types import CheckpointWritten


@dataclass(frozen=True, eq=False)
class RunCheckpoints:
    """Where a training's checkpoints go."""

    training: Training
    folder: Path

    def begin(self, from_step: int) -> None:
        """Makes the folder, and removes what a killed process left and the checkpoints of steps that are made anew."""
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)
        for step, path in list_checkpoints(self.folder):
            if step > from_step:
                remove_checkpoint(path)

    def has(self, step: int) -> bool:
        """Whether the state after ``step`` steps is on disk."""
        return checkpoint_folder(self.folder, step).exists()

    def write(self, step: int) -> CheckpointWritten:
        """Writes the state after ``step`` steps."""
        training = self.training
        written = write_checkpoint(
            self.folder,
            step,
            specification_digest(training.specification, step),
            training.specification.weights_hash,
            lambda aside: save_training_state(training.band, training.optimizer, aside),
            progress=training.progress,
        )
        return CheckpointWritten(step, written, checkpoint_bytes(written), trained_weights_hash(written))

    @contextmanager
    def named_in_errors(self) -> Iterator[None]:
        """Adds the newest checkpoint, the last good state, to the facts and the next step of a TrainingError inside."""
        try:
            yield
        except TrainingError as error:
            steps = [step for step, _ in list_checkpoints(self.folder)]
            if steps:
                advice = f"{error.detail.next_step} The last good checkpoint is that of step {steps[-1]}.".lstrip()
                facts = {**error.detail.facts, "checkpoint_step": str(steps[-1])}
                error.detail = replace(error.detail, next_step=advice, facts=facts)
            raise

    def remove_old(self) -> None:
        """Removes all but the newest ``keep_checkpoints``."""
        for _, old in list_checkpoints(self.folder)[: -self.training.specification.keep_checkpoints]:
            remove_checkpoint(old)
