"""Writes the whole model with trained weights in it, in the hub's layout: what transformers, vLLM and others load."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor, nn

from midblock_server.core.adapted_linear import AdaptedLinear
from midblock_server.core.artifacts import load_band
from midblock_server.core.band import Band
from midblock_server.core.errors import MidblockServerError
from midblock_server.core.model import load_model
from midblock_server.core.session import ModelSession

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SHARD_BYTES = 5 * 10**9
"""Largest size of one file of weights, as the hub recommends."""

BASE_FILES = (
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
    "LICENSE",
    "NOTICE",
)
"""Files that a merged model takes over from its base, where the base has them."""


def write_merged(session: ModelSession, weights: Path, folder: Path) -> Sequence[Path]:
    """Writes the model with the weights of a checkpoint folder into ``folder``, which exists. Returns the files.

    Sums are made in float32 and stored in the base's element type; tied embeddings stay tied. The device is held
    meanwhile, and no tensor of the base is written to. A quantised base is read again, unquantised, on the CPU, and
    merged into: what comes out differs from what answered in training by the error of the quantisation. Raises
    CheckpointError where the weights do not fit, MidblockServerError("limit-exceeded") where the disk has no room, and
    what ``load_model`` raises.
    """
    with session.turn(weights) as model:
        if model.card.quantization == "none":
            return _write(session, folder)
        settings = replace(model.settings, quantization="none", device="cpu", dtype=model.device.dtype)
        unquantized = load_model(settings)
        return write_merged_band(ModelSession(unquantized), load_band(unquantized, weights), folder)


def write_merged_band(session: ModelSession, band: Band, folder: Path) -> Sequence[Path]:
    """``write_merged`` for weights that the caller holds, and a base that is not quantised."""
    with session.turn_with(band):
        return _write(session, folder)


def _write(session: ModelSession, folder: Path) -> Sequence[Path]:
    module = session.model.module
    tensors = merged_tensors(module)
    _require_room(folder, tensors)
    with session.base():
        _save(module, tensors, folder)
    base = Path(session.model.card.weights_folder)
    for name in BASE_FILES:
        if (base / name).is_file():
            shutil.copyfile(base / name, folder / name)
    return sorted(folder.iterdir())


def merged_tensors(module: nn.Module) -> dict[str, Tensor]:
    """The tensors of a model by their names in its base, with the weights that are in place merged into them.

    Those that nothing was trained in are the base's own, not copies.
    """
    adapted = {name: each for name, each in module.named_modules() if isinstance(each, AdaptedLinear)}
    inside = tuple(f"{name}." for name in adapted)
    tensors = {name: tensor for name, tensor in module.state_dict().items() if not name.startswith(inside)}
    for name, linear in adapted.items():
        tensors.update({f"{name}.{own}": tensor for own, tensor in linear.get_base_layer().state_dict().items()})
        tensors[f"{name}.weight"] = linear.merged_weight()
    return tensors


def _save(module: PreTrainedModel, tensors: dict[str, Tensor], folder: Path) -> None:
    from transformers import GenerationConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    # A shallow copy, since saving writes into the config, and would refuse some models' own generation_config.json.
    copied = copy.copy(module)
    copied.config = copy.deepcopy(module.config)
    copied.generation_config = GenerationConfig()
    copied.save_pretrained(folder, state_dict=tensors, max_shard_size=SHARD_BYTES)
    (folder / "generation_config.json").unlink(missing_ok=True)


def _require_room(folder: Path, tensors: dict[str, Tensor]) -> None:
    wanted = sum(tensor.numel() * tensor.element_size() for tensor in {id(t): t for t in tensors.values()}.values())
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise MidblockServerError(
            "limit-exceeded",
            f"The merged model does not fit the disk of {folder}.",
            found=f"{free} bytes free",
            wanted=f"{wanted} bytes",
            next_step="Make room there, or save the trained weights alone and merge them elsewhere.",
        )
