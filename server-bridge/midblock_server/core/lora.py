"""A band of low-rank adapters, and of norms where these are trained too: put in place, and taken out again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar

import torch
from peft import LoraConfig
from peft.utils.other import get_pattern_key
from safetensors.torch import load_file, save_file
from torch import nn
from transformers.pytorch_utils import Conv1D

from midblock_server.core.adapted_linear import AdaptedLinear
from midblock_server.core.band import block_index
from midblock_server.core.errors import CheckpointError
from midblock_server.core.lora_config import CONFIG_FILE, write_config
from midblock_server.core.model import LoadedModel
from midblock_server.core.seeds import derived_seed
from midblock_server.core.sharding import gathered
from midblock_server.core.swapped_parameters import TrainedParameters
from midblock_server.core.weights_hash import hash_of_files

WEIGHTS_FILE = "adapter_model.safetensors"
BASE_FILE = "adapter_base.json"
"""Tells the base's weights, for which PEFT's config has no place. An adapter that others wrote does not have it."""

PEFT_FILES = (WEIGHTS_FILE, CONFIG_FILE)
ARTIFACTS = (*PEFT_FILES, BASE_FILE)
FORMAT = "midblock-adapter-1"
AnyTensor = TypeVar("AnyTensor", bound=torch.Tensor)


class LoraBand:
    """The adapters of some linear maps of a model, and its own copies of the norms in ``modules_to_save``."""

    def __init__(self, model: LoadedModel, config: LoraConfig) -> None:
        """Builds the adapters that ``config`` names, B being 0. The base must be in place in ``model``."""
        saved = config.modules_to_save or ()
        module = model.module
        self._model = model
        self._module = module
        self._config = config
        self._layers = {
            name: _adapt(child, config, name) for name, child in module.named_modules() if name in config.target_modules
        }
        self._norms = TrainedParameters(
            module, [f"{name}.{own}" for name in saved for own, _ in module.get_submodule(name).named_parameters()]
        )

    @classmethod
    def for_training(cls, model: LoadedModel, config: LoraConfig, seed: int) -> LoraBand:
        """Builds adapters to be trained, with dropout on. Each A is drawn by the seed and its map's name alone."""
        band = cls(model, config)
        for name, layer in band._layers.items():
            layer.draw(derived_seed(seed, f"adapter {name}"))
        band.set_learning({block_index(name) for name in band.parameters})
        return band

    @classmethod
    def load(cls, model: LoadedModel, folder: Path) -> LoraBand:
        """Reads an adapter that ``save`` wrote. It fits its base's weights however these are held.

        Raises CheckpointError("artifact-corrupt") where it does not fit.
        """
        _check_base(model, folder)
        config = LoraConfig.from_pretrained(str(folder))
        # Of a quantised GPT-2 all maps are linear layers; the same maps unquantised keep their weights transposed.
        config.fan_in_fan_out = any(
            isinstance(child, Conv1D) for name, child in model.module.named_modules() if name in config.target_modules
        )
        band = cls(model, config)
        tensors = load_file(folder / WEIGHTS_FILE)
        wanted = {_file_name(name): tensor for name, tensor in band._computed_with().items()}
        if {name: tensor.shape for name, tensor in tensors.items()} != {n: t.shape for n, t in wanted.items()}:
            raise CheckpointError(
                "artifact-corrupt",
                f"The tensors of {folder / WEIGHTS_FILE} are not those its config describes for this model.",
                found=f"{len(tensors)} tensors",
                wanted=f"{len(wanted)} tensors by name and shape",
                next_step="Use the model that the adapter was trained on.",
            )
        with torch.no_grad():
            for name, parameter in wanted.items():
                parameter.copy_(tensors[name])
        band.set_learning(())
        return band

    @property
    def parameters(self) -> Mapping[str, torch.Tensor]:
        """By "<full name of the linear map>.lora_A", then ".lora_B" and, for DoRA, ".lora_magnitude_vector"; a norm's
        by its full name. In the order of the blocks, in each the norms last."""
        return _by_block({**self._adapters(), **self._norms.parameters})

    @property
    def first_block(self) -> int:
        return min(map(block_index, self.parameters))

    def attach(self) -> None:
        for name, layer in self._layers.items():
            self._module.set_submodule(name, layer)
        self._norms.attach()

    def detach(self) -> None:
        for name, layer in self._layers.items():
            self._module.set_submodule(name, layer.get_base_layer())
        self._norms.detach()

    def set_learning(self, blocks: Collection[int]) -> None:
        for name, layer in self._layers.items():
            learns = block_index(name) in blocks
            layer.set_training(learns)
            for tensor in layer.tensors().values():
                tensor.requires_grad_(learns)
        self._norms.set_learning(blocks)

    def publish(self) -> None:
        """Rounds the norms' masters; with the adapters themselves the model computes."""
        self._norms.publish()

    def save(self, folder: Path) -> None:
        """Writes adapter_model.safetensors and adapter_config.json as PEFT reads them, and adapter_base.json."""
        tensors = {_file_name(name): tensor.detach().cpu() for name, tensor in self._computed_with().items()}
        save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
        write_config(self._config, folder)
        card = self._model.card
        base = {"format": FORMAT, "base_model": card.name, "base_weights_hash": card.weights_hash, "dtype": card.dtype}
        (folder / BASE_FILE).write_text(json.dumps(base, indent=2) + "\n", encoding="utf-8")

    def _adapters(self) -> dict[str, nn.Parameter]:
        return {
            f"{name}.{part}": tensor for name, layer in self._layers.items() for part, tensor in layer.tensors().items()
        }

    def _computed_with(self) -> dict[str, nn.Parameter]:
        """The parameters with the norms in the model's element type, in which PEFT holds them too."""
        return _by_block({**self._adapters(), **self._norms.stand_ins})


def recorded_base(folder: Path) -> str | None:
    """The weights hash of the base that an adapter was trained on; None where it is not recorded."""
    if not (folder / BASE_FILE).exists():
        return None
    return str(json.loads((folder / BASE_FILE).read_text(encoding="utf-8"))["base_weights_hash"])


def _check_base(model: LoadedModel, folder: Path) -> None:
    found = recorded_base(folder)
    if found is not None and hash_of_files(found) != hash_of_files(model.card.weights_hash):
        raise CheckpointError(
            "artifact-corrupt",
            f"The adapter in {folder} was trained on another base.",
            found=f"base {found}",
            wanted=f"base {model.card.weights_hash}",
            next_step="Use the model that the adapter was trained on.",
        )


def _adapt(base: nn.Module, config: LoraConfig, name: str) -> AdaptedLinear:
    # The look-up PEFT itself does when it loads the adapter.
    rank = config.rank_pattern.get(get_pattern_key(config.rank_pattern.keys(), name), config.r)
    alpha = config.alpha_pattern.get(get_pattern_key(config.alpha_pattern.keys(), name), config.lora_alpha)
    # DoRA's magnitudes begin as the norms of the base's weights.
    with gathered(base) if config.use_dora else nullcontext():
        return AdaptedLinear(base, config, rank, alpha)


def _by_block(parameters: Mapping[str, AnyTensor]) -> dict[str, AnyTensor]:
    return {name: parameters[name] for name in sorted(parameters, key=block_index)}


def _file_name(parameter_name: str) -> str:
    # PEFT writes DoRA's magnitudes without ".weight".
    ending = ".weight" if parameter_name.endswith((".lora_A", ".lora_B")) else ""
    return f"base_model.model.{parameter_name}{ending}"
