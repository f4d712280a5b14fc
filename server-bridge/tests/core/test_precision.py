"""The element type: what is asked for is obeyed; on a CPU a measurement decides, once for a machine and a model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from midblock_server.core import precision
from midblock_server.core.errors import ModelError
from midblock_server.core.precision import choose_precision

CPU = torch.device("cpu")
WIDE = {"hidden_size": 512, "intermediate_size": 1024}


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> dict[torch.dtype, float]:
    """Stands in for the clock: what a measurement of each type shall give. Emptied, nothing may be measured."""
    times = {torch.float32: 2.0, torch.bfloat16: 1.0}
    monkeypatch.setattr(precision, "_seconds", lambda dtype, inputs, outputs: times[dtype])
    return times


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_a_named_type_is_obeyed(name: str, tmp_path: Path) -> None:
    assert choose_precision(name, CPU, WIDE, tmp_path, 1).dtype == getattr(torch, name)


def test_an_unknown_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        choose_precision("int3", CPU, WIDE, tmp_path, 1)
    assert "bfloat16" in caught.value.detail.wanted


@pytest.mark.parametrize(
    ("bfloat16_seconds", "expected", "reason"),
    [
        (1.0, torch.bfloat16, "measured: bfloat16 2.0x as fast as float32"),
        (1.6, torch.float32, "measured: bfloat16 1.2x as fast as float32"),
    ],
)
def test_the_measurement_decides(
    bfloat16_seconds: float,
    expected: torch.dtype,
    reason: str,
    seconds: dict[torch.dtype, float],
    tmp_path: Path,
) -> None:
    seconds[torch.bfloat16] = bfloat16_seconds
    chosen = choose_precision("auto", CPU, WIDE, tmp_path, 1)
    assert (chosen.dtype, chosen.reason) == (expected, reason)


def test_the_same_machine_and_model_keep_their_type(seconds: dict[torch.dtype, float], tmp_path: Path) -> None:
    first = choose_precision("auto", CPU, WIDE, tmp_path, 1)
    seconds.clear()
    assert choose_precision("auto", CPU, WIDE, tmp_path, 1) == first
    with pytest.raises(KeyError):
        choose_precision("auto", CPU, WIDE, tmp_path, 2)


def test_a_tiny_model_is_not_measured(seconds: dict[torch.dtype, float], tmp_path: Path) -> None:
    seconds.clear()
    tiny = {"hidden_size": 64, "intermediate_size": 128}
    assert choose_precision("auto", CPU, tiny, tmp_path, 1).dtype == torch.float32


def test_gpt2_spells_its_widths_differently(seconds: dict[torch.dtype, float], tmp_path: Path) -> None:
    assert choose_precision("auto", CPU, {"n_embd": 768, "n_inner": None}, tmp_path, 1).dtype == torch.bfloat16


def test_the_real_measurement_gives_a_type_and_says_why(tmp_path: Path) -> None:
    chosen = choose_precision("auto", CPU, WIDE, tmp_path, 1)
    assert chosen.dtype in (torch.float32, torch.bfloat16)
    assert chosen.reason.startswith("measured: bfloat16 ")
