"""Energy is counted over packages, over a counter's new beginning, and is absent where nothing counts it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from midblock_server.core.energy import joules_between, read_energy

CPU = torch.device("cpu")


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
