"""Finds the files of a model by what the user wrote: a built-in name, a folder, a GGUF file, or a hub id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from midblock_server.core.builtin import BUILTIN_MODELS, BuiltinModel, download_builtin
from midblock_server.core.cached_folder import cached_folder
from midblock_server.core.convert import CONVERSION_VERSION, convert_gguf
from midblock_server.core.errors import ModelError
from midblock_server.core.hub import download_from_hub, is_hub_id
from midblock_server.core.model_files import ModelFiles, read_config, refuse_pickled, weight_file_names
from midblock_server.core.weights_hash import combine_hashes, file_sha256, hash_files

Report = Callable[[str, float | None], None]
"""Told what goes on, in a few words for people, and the share done from 0 to 1 where it is known."""


def find_model_files(source: str, cache_folder: Path, report: Report) -> ModelFiles:
    """Finds, fetches and converts as needed, and gives a folder of safetensors. Built-in names go first, then paths.

    Raises ModelError; see ``load_model``.
    """
    builtin = BUILTIN_MODELS.get(source.lower())
    if builtin is not None:
        return _builtin(builtin, cache_folder, report)
    path = Path(source).expanduser()
    if path.is_dir():
        return _folder(path, cache_folder, report)
    if path.suffix == ".gguf" and path.is_file():
        return _gguf(path, file_sha256(path, cache_folder), cache_folder, report)
    if path.is_file():
        refuse_pickled([path.name], path.parent)
        raise _unknown(source, "a file that is not a GGUF")
    if is_hub_id(source):
        report(f"fetching {source} from the hub", None)
        return _folder(download_from_hub(source), cache_folder, report)
    raise _unknown(source, "no built-in model, file or folder of this name")


def _folder(folder: Path, cache_folder: Path, report: Report) -> ModelFiles:
    config = read_config(folder)
    names = weight_file_names(folder)
    report("hashing weights", None)
    return ModelFiles(folder, config, hash_files(folder, names, cache_folder))


def _gguf(gguf: Path, sha256: str, cache_folder: Path, report: Report) -> ModelFiles:
    def make(folder: Path) -> None:
        report("converting GGUF to safetensors, once", None)
        convert_gguf(gguf, folder)

    name = f"gguf-{sha256[:32]}-{CONVERSION_VERSION}"
    folder = cached_folder(cache_folder / "models" / name, make, _waiting(report))
    return ModelFiles(folder, read_config(folder), combine_hashes({gguf.name: sha256}))


def _builtin(model: BuiltinModel, cache_folder: Path, report: Report) -> ModelFiles:
    def make(folder: Path) -> None:
        report(f"fetching {model.name} ({model.megabytes} MB), once", None)
        download_builtin(model, folder)

    folder = cached_folder(cache_folder / "models" / f"{model.name}-{model.sha256[:32]}", make, _waiting(report))
    return _gguf(folder / model.file_name, model.sha256, cache_folder, report)


def _waiting(report: Report) -> Callable[[], None]:
    return lambda: report("waiting for another process that prepares the same model", None)


def _unknown(source: str, found: str) -> ModelError:
    return ModelError(
        "unknown-model",
        f"There is no model {source!r}.",
        found=found,
        wanted=f"a built-in name ({', '.join(BUILTIN_MODELS)}), a folder with safetensors, a GGUF file, "
        "or a hub id (owner/name)",
        next_step="Check the spelling, or give the full path.",
        facts={"model": source},
    )
