"""Decides whether a run can be accepted, before it is queued."""

from __future__ import annotations

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import RunSpecification
from midblock_server.datasets.store import DatasetStore
from midblock_server.engine import Model
from midblock_server.faults import Faults
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.wire.specification import specification_from_wire


def admit(message: run_pb2.RunSpecification, model: Model, datasets: DatasetStore) -> None:
    """Raises "dataset-not-found", "sequence-too-long", or an error that lists all faults of the specification."""
    specification = read_specification(message)
    facts = datasets.facts(specification.dataset_hash)
    if facts.longest_row_tokens > model.max_sequence_tokens:
        raise MidblockServerError(
            "sequence-too-long",
            f"Data set {specification.dataset_hash} has rows that are too long for this server.",
            found=f"a row of {facts.longest_row_tokens} tokens",
            wanted=f"at most {model.max_sequence_tokens} tokens",
            next_step="Shorten the rows, or start the server with a larger --max-sequence-tokens.",
        )
    model.check(specification, datasets.open(specification.dataset_hash))


def read_specification(message: run_pb2.RunSpecification) -> RunSpecification:
    """Translates; raises "invalid-options" for what is unset."""
    faults = Faults()
    specification = specification_from_wire(message, faults)
    faults.raise_if_any("invalid-options", "The run's specification does not pass")
    return specification
