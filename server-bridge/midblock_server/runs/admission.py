"""Decides whether a run can be accepted, before it is queued."""

from __future__ import annotations

from midblock_server.core.specification import RunSpecification
from midblock_server.datasets.store import DatasetStore
from midblock_server.engine import Model
from midblock_server.faults import Faults
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.runs.extensions import extended
from midblock_server.wire.specification import specification_from_wire


def admit(message: run_pb2.RunSpecification, model: Model, datasets: DatasetStore) -> None:
    """Raises "dataset-not-found", or an error that lists all faults of the specification."""
    specification = read_specification(message)
    model.check(specification, datasets.open(specification.dataset_hashes))


def admit_extension(
    known: run_pb2.RunSpecification, extension: run_pb2.ExtendRunRequest, model: Model, datasets: DatasetStore
) -> None:
    """Raises "dataset-not-found", or an error that lists all faults of the rows and steps that are new."""
    rows = len(datasets.open(known.dataset_hashes))
    specification = read_specification(extended(known, extension))
    model.check(specification, datasets.open(specification.dataset_hashes), len(known.batch_plan.steps), rows)


def read_specification(message: run_pb2.RunSpecification) -> RunSpecification:
    """Translates; raises "invalid-options" for what is unset."""
    faults = Faults()
    specification = specification_from_wire(message, faults)
    faults.raise_if_any("invalid-options", "The run's specification does not pass")
    return specification
