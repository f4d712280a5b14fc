"""How much memory may be used: the device's, or the machine's and the container's, less what others use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from midblock_server.core.devices import describe_device
from midblock_server.core.memory import PROCESS_STATUS, field_bytes, used_memory_bytes

_CGROUPS = Path("/sys/fs/cgroup")


def available_memory_bytes(device: torch.device) -> int:
    """Bytes that this process may use in all, what it uses already included. 0 where unknown."""
    if device.type == "cuda":
        unused, _ = torch.cuda.mem_get_info(device)
        return unused + torch.cuda.memory_reserved(device)
    used = used_memory_bytes(device)
    free = [room for room in (_machine_room_bytes(), _container_room_bytes()) if room is not None]
    return used + min(free) if free else describe_device(device)[1]


@contextmanager
def memory_limited(device: torch.device, growth_bytes: int) -> Iterator[None]:
    """Inside, memory that grows by more than ``growth_bytes`` is refused to torch on a Linux CPU.

    Linux otherwise promises more than it has, and ends the process once that is used. Other devices refuse by
    themselves; other systems are left as they are.
    """
    if device.type != "cpu" or sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    held = field_bytes(PROCESS_STATUS, "VmData") or 0
    hard = before[1]
    limit = held + growth_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _machine_room_bytes() -> int | None:
    return field_bytes(Path("/proc/meminfo"), "MemAvailable")


def _container_room_bytes() -> int | None:
    """Room of this process's control group and those around it (cgroup version 2); None where nothing limits it."""
    try:
        entries = Path("/proc/self/cgroup").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    path = next((entry.removeprefix("0::/") for entry in entries if entry.startswith("0::/")), "")
    own = _CGROUPS / path
    groups = [own, *(parent for parent in own.parents if parent == _CGROUPS or _CGROUPS in parent.parents)]
    rooms = [room for room in map(_group_room_bytes, groups) if room is not None]
    return min(rooms) if rooms else None


def _group_room_bytes(group: Path) -> int | None:
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
        statistics = (group / "memory.stat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    if limit == "max":
        return None
    # Pages of files are given up for memory that is asked for.
    reclaimable = int(statistics[statistics.index("inactive_file") + 1]) if "inactive_file" in statistics else 0
    return max(0, int(limit) - used + reclaimable)
