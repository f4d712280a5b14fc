"""How much memory is used, and was used at most: what torch took of a CUDA device, else the process's resident set."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

import torch

PROCESS_STATUS = Path("/proc/self/status")
_CLEAR_REFERENCES = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): resets the peak resident set to the present one


def peak_memory_bytes(device: torch.device) -> int:
    """Largest memory since ``reset_peak_memory``, or since the start of the process where that can't reset it."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else field_bytes(PROCESS_STATUS, "VmHWM") or peak * 1024


def used_memory_bytes(device: torch.device) -> int:
    """Memory used now; the peak so far where the system does not tell."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    return field_bytes(PROCESS_STATUS, "VmRSS") or peak_memory_bytes(device)


def reset_peak_memory(device: torch.device) -> None:
    """Lets the peak begin anew at what is used now: on CUDA and on Linux; elsewhere the process's own peak stays."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif _CLEAR_REFERENCES.exists():
        _CLEAR_REFERENCES.write_text(_RESET_PEAK)


def release_freed_memory(device: torch.device) -> None:
    """Gives back what is freed and still held by the allocator, so that what comes next starts from what is needed."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
        if trim is not None:
            trim(0)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, or Python itself, was refused memory."""
    # torch has a class of its own for accelerators alone; on the CPU only the text tells.
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)


def field_bytes(file: Path, field: str) -> int | None:
    """A field given in kB of a file such as /proc/meminfo, in bytes; None where there is none."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return int(found[0]) * 1024 if found else None
