"""Finds the files of a model by what the user wrote: a built-in name, a folder, a GGUF file, or a hub id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from midblock_server.core.model_files import ModelFiles, not_a_model, read_config, weight_file_names
from midblock_server.core.weights_hash import hash_files


def find_model_files(source: str, cache_folder: Path, report: Callable[[str, float | None], None]) -> ModelFiles:
    path = Path(source)
    if not path.is_dir():
        raise not_a_model(source, "nothing")
    config = read_config(path)
    return ModelFiles(path, config, hash_files(path, weight_file_names(path), cache_folder))
