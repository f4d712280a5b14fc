"""Chooses the device and the number of threads, and tells facts about them."""

from __future__ import annotations

import math
import os
import platform
from pathlib import Path

import torch

from midblock_server.core.errors import ModelError


def choose_device(wanted: str) -> torch.device:
    """Resolves "auto" (CUDA, else MPS, else CPU) or checks a device that is named, such as "cuda:1".

    Raises ModelError("model-load-failed") for a device that this machine or this torch does not have.
    """
    present = _present_devices()
    if wanted == "auto":
        return torch.device(present[0])
    name = "cuda:0" if wanted == "cuda" else wanted
    if name not in present:
        raise ModelError(
            "model-load-failed",
            f"The device {wanted!r} is not there.",
            found=", ".join(present),
            wanted='"auto", or one of the devices found',
            next_step='Use device "auto", or install a torch build made for this device.',
        )
    return torch.device(name)


def _present_devices() -> list[str]:
    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [*cuda, *mps, "cpu"]


def choose_threads(wanted: int) -> int:
    """Sets the threads torch computes with and returns their number.

    0 means one for each physical core this process may use, or what OMP_NUM_THREADS says where it is set.
    """
    if wanted > 0:
        torch.set_num_threads(wanted)
    elif "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(usable_physical_cores())
    return torch.get_num_threads()


def usable_physical_cores() -> int:
    """Physical cores within the process's affinity mask and its container's CPU quota. At least 1."""
    cores = _cores_by_affinity()
    quota = _container_cpu_quota()
    return max(1, min(cores, math.ceil(quota)) if quota else cores)


def _cores_by_affinity() -> int:
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    logical = os.sched_getaffinity(0)
    topology = [Path(f"/sys/devices/system/cpu/cpu{cpu}/topology") for cpu in logical]
    try:
        places = {(_text(each / "physical_package_id"), _text(each / "core_id")) for each in topology}
    except OSError:
        return len(logical)
    return len(places)


def _container_cpu_quota() -> float | None:
    try:
        quota, period = _text(Path("/sys/fs/cgroup/cpu.max")).split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else int(quota) / int(period)


def describe_device(device: torch.device) -> tuple[str, int]:
    """The maker's name of the device, empty where unknown, and its memory in bytes, 0 where unknown."""
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return properties.name, properties.total_memory
    return _processor_name(), _machine_memory_bytes()


def _processor_name() -> str:
    try:
        lines = _text(Path("/proc/cpuinfo")).splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _machine_memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").strip()
