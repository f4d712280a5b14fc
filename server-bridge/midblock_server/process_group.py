"""The processes that torchrun started: which of them this is, and what the first one asks of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from midblock_server.core.preflight_values import PreflightRequest
from midblock_server.core.specification import RunSpecification
from midblock_server.core.types import GenerateRequest, ScoreRequest


def number_of_processes(environment: Mapping[str, str]) -> int:
    """How many processes serve the model together; 1 without torchrun."""
    return int(environment.get("WORLD_SIZE", "1"))


def leads(environment: Mapping[str, str]) -> bool:
    """Whether this is the process that serves clients, and that the others follow."""
    return environment.get("RANK", "0") == "0"


@dataclass(frozen=True)
class Train:
    """``folder`` and ``resume_from`` lie in the state folder, as the data sets do: all processes must see it."""

    specification: RunSpecification
    folder: Path
    resume_from: Path | None


@dataclass(frozen=True)
class Generate:
    weights: Path | None
    request: GenerateRequest


@dataclass(frozen=True)
class Score:
    weights: Path | None
    request: ScoreRequest


@dataclass(frozen=True)
class Preflight:
    request: PreflightRequest


Command = Train | Generate | Score | Preflight
