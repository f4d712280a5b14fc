"""Energy is counted over packages, over a counter's new beginning, and is absent where nothing counts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_runs import make_rows, specify

from midblock_server.core.energy import EnergyReading, joules_between, read_energy
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession
from midblock_server.core.trainer import make_training
from midblock_server.core.training_step import run_step

CPU = torch.device("cpu")
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


def write_package(powercap: Path, name: str, microjoules: int, wrap: int = 10_000_000) -> None:
    folder = powercap / name
    folder.mkdir(exist_ok=True)
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text(f"{wrap}\n")


def test_all_packages_are_added_up_and_their_parts_are_not_added_again(tmp_path: Path) -> None:
    for name, microjoules in (("intel-rapl:0", 1_000_000), ("intel-rapl:1", 9_000_000), ("intel-rapl:0:0", 500_000)):
        write_package(tmp_path, name, microjoules)
    before = read_energy(CPU, tmp_path)
    write_package(tmp_path, "intel-rapl:0", 3_000_000)
    write_package(tmp_path, "intel-rapl:1", 1_000_000)  # began anew at 10 J
    write_package(tmp_path, "intel-rapl:0:0", 900_000)
    assert joules_between(before, read_energy(CPU, tmp_path)) == pytest.approx(2 + 2)


def test_nothing_is_told_where_nothing_counts(tmp_path: Path) -> None:
    assert read_energy(CPU, tmp_path) is None
    (tmp_path / "intel-rapl:0").mkdir()  # as for a user who may not read the counter
    assert read_energy(CPU, tmp_path) is None
    assert joules_between(None, None) is None


def test_a_step_tells_what_the_device_used_in_it(load: Load, tiny_model: MakeModel) -> None:
    session = ModelSession(load(tiny_model()))
    specification = specify(session.model, steps=[((0, 1),)] * 2)
    counted = iter([100.0, 103.0, 200.0, 205.0])

    def reading(device: torch.device) -> EnergyReading:
        return EnergyReading((next(counted),), (float("inf"),))

    training = replace(make_training(session, specification, make_rows()), energy=reading)
    with session.turn_with(training.band) as model:
        assert [run_step(model, training, step).joules for step in range(2)] == [3.0, 5.0]
