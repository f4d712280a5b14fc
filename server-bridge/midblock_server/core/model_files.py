"""A model as files in a folder: which are the weights, what the config says, and what is refused unopened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midblock_server.core.errors import ModelError

SINGLE_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
PICKLED_SUFFIXES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


@dataclass(frozen=True)
class ModelFiles:
    """A folder that transformers can read, its config.json, and the hash of the weights as model.proto defines it."""

    folder: Path
    config: dict[str, Any]
    weights_hash: str


def read_config(folder: Path) -> dict[str, Any]:
    """Reads config.json, and refuses remote code and quantised weights. Raises ModelError."""
    config = _read_json(folder, "config.json")
    if "model_type" not in config:
        raise not_a_model(folder, "config.json without model_type")
    refuse_remote_code(config, folder)
    _refuse_quantized(config, folder)
    return config


def refuse_remote_code(config: dict[str, Any], place: Path | str) -> None:
    """Raises ModelError("unsafe-model") when a config asks for Python code that comes with the model."""
    if config.get("auto_map"):
        raise ModelError(
            "unsafe-model",
            f"The model in {place} wants to run Python code of its own, which midblock never does.",
            found=f"auto_map: {json.dumps(config['auto_map'])}",
            wanted="a model whose architecture is part of transformers",
            next_step="Use a version of the model made for transformers' own classes, without auto_map in config.json.",
        )


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise not_a_model(folder, f"no {name}") from error
    except ValueError as error:
        raise not_a_model(folder, f"{name} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise not_a_model(folder, f"{name} is not a JSON object")
    return content


def _refuse_quantized(config: dict[str, Any], folder: Path) -> None:
    quantization = config.get("quantization_config")
    if quantization:
        method = quantization.get("quant_method", "unknown") if isinstance(quantization, dict) else "unknown"
        raise ModelError(
            "unsupported-model",
            f"The weights in {folder} are quantised, and can't be trained as they are.",
            found=f"quantization_config with method {method}",
            wanted="float32, bfloat16 or float16 weights in safetensors, or a GGUF file",
            next_step='Use the unquantised version of the model; quantization "nf4" then holds it in four bits.',
        )


def weight_file_names(folder: Path) -> tuple[str, ...]:
    """Names of the safetensors files that hold the weights, sorted.

    Raises ModelError: "unsafe-model" where only pickled weights are there, "unknown-model" where there are none or
    some that the index names are missing.
    """
    names = [path.name for path in folder.iterdir()]
    if INDEX_FILE in names:
        weight_map = _read_json(folder, INDEX_FILE).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise not_a_model(folder, f"{INDEX_FILE} without weight_map")
        wanted = tuple(sorted(set(weight_map.values())))
        missing = [name for name in wanted if name not in names]
        if missing:
            raise not_a_model(folder, f"{INDEX_FILE} names files that are missing: {', '.join(missing)}")
        return wanted
    if SINGLE_FILE in names:
        return (SINGLE_FILE,)
    refuse_pickled(names, folder)
    raise not_a_model(folder, f"no {SINGLE_FILE} and no {INDEX_FILE}")


def refuse_pickled(names: Iterable[str], place: Path | str) -> None:
    """Raises ModelError("unsafe-model") when ``names`` has pickled weights; called where there are no safetensors."""
    pickled = sorted(name for name in names if name.endswith(PICKLED_SUFFIXES))
    if pickled:
        raise ModelError(
            "unsafe-model",
            f"The model in {place} has only pickled weights, which can run any code when they are opened.",
            found=", ".join(pickled),
            wanted="weights in safetensors",
            next_step="Use a version of the model with safetensors, or convert it where you trust it: "
            "load it with transformers and call save_pretrained.",
        )


def not_a_model(folder: Path | str, found: str) -> ModelError:
    """The error for a place that holds no model that can be read."""
    return ModelError(
        "unknown-model",
        f"There is no model in {folder}.",
        found=found,
        wanted=f"config.json, {SINGLE_FILE} (or {INDEX_FILE} with its files) and tokenizer.json",
        next_step="Check the path, and that the download is complete.",
    )
