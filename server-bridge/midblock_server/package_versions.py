"""Versions of the packages that decide what comes out of the server."""

from __future__ import annotations

import platform
from importlib import metadata

REPORTED_PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "bitsandbytes",
    "safetensors",
    "tokenizers",
    "numpy",
    "grpcio",
    "protobuf",
)


def package_versions() -> dict[str, str]:
    """Read from the packages' metadata, since importing torch takes seconds."""
    versions = {"python": platform.python_version()}
    for package in REPORTED_PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
