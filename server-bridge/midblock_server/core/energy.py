"""Energy the device has used so far, where it counts that: NVML for NVIDIA GPUs, RAPL for CPUs under Linux."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

_POWERCAP = Path("/sys/class/powercap")
MICROJOULES = 1e-6
MILLIJOULES = 1e-3


@dataclass(frozen=True)
class EnergyReading:
    """Joules by counter, and how many joules each counts before it begins anew; infinite where it never does."""

    joules: tuple[float, ...]
    wrap_joules: tuple[float, ...]


def read_energy(device: torch.device, powercap: Path = _POWERCAP) -> EnergyReading | None:
    """Reads the device's counters; None where it has none, or where this process may not read them.

    A CPU's counters are those of its packages: whatever else the machine does is in them.
    """
    if device.type == "cuda":
        joules = _nvml_joules(device)
        return None if joules is None else EnergyReading((joules,), (float("inf"),))
    if device.type != "cpu":
        return None
    try:
        packages = sorted(powercap.glob("intel-rapl:[0-9]*"))
        packages = [package for package in packages if package.name.count(":") == 1]
        counted = [int((package / "energy_uj").read_text()) * MICROJOULES for package in packages]
        wraps = [int((package / "max_energy_range_uj").read_text()) * MICROJOULES for package in packages]
    except (OSError, ValueError):
        return None
    return EnergyReading(tuple(counted), tuple(wraps)) if packages else None


def joules_between(before: EnergyReading | None, after: EnergyReading | None) -> float | None:
    """Joules used from one reading to the next, a counter that began anew in between included."""
    if before is None or after is None:
        return None
    pairs = zip(before.joules, after.joules, after.wrap_joules, strict=True)
    return sum(end - start if end >= start else end - start + wrap for start, end, wrap in pairs)


def _nvml_joules(device: torch.device) -> float | None:
    try:
        import pynvml
    except ImportError:
        return None
    nvml: Any = pynvml
    try:
        nvml.nvmlInit()
        # By its id and not its number: CUDA_VISIBLE_DEVICES renumbers devices, for torch alone.
        handle = nvml.nvmlDeviceGetHandleByUUID(f"GPU-{torch.cuda.get_device_properties(device).uuid}")
        return float(nvml.nvmlDeviceGetTotalEnergyConsumption(handle)) * MILLIJOULES
    except nvml.NVMLError:
        return None
