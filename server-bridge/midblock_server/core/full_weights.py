"""A band of whole blocks: parameters that stand in for the base's, with float32 masters where the base is narrower."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from midblock_server.core.errors import CheckpointError
from midblock_server.core.model import LoadedModel
from midblock_server.core.specification import LayerPlan

WEIGHTS_FILE = "delta.safetensors"
DESCRIPTION_FILE = "delta.json"
ARTIFACTS = (WEIGHTS_FILE, DESCRIPTION_FILE)
FORMAT = "midblock-delta-1"


class SwappedParameters:
    """Parameters that take the place of a model's own while attached. The base's are kept, and never written to."""

    def __init__(self, module: nn.Module, parameters: Mapping[str, nn.Parameter]) -> None:
        """``parameters`` are by full name. The base must be in place in ``module``."""
        self._module = module
        self._stand_ins = parameters
        self._base = {name: module.get_parameter(name) for name in parameters}

    def attach(self) -> None:
        self._put(self._stand_ins)

    def detach(self) -> None:
        self._put(self._base)

    def _put(self, parameters: Mapping[str, nn.Parameter]) -> None:
        for name, parameter in parameters.items():
            holder, _, own_name = name.rpartition(".")
            setattr(self._module.get_submodule(holder), own_name, parameter)


class FullWeightsBand(SwappedParameters):
    """All parameters of the planned blocks, trained.

    The model computes with working weights in its own element type. Where that is narrower than float32, the optimiser
    updates float32 masters, to which each micro-batch's gradients are added in float32; ``publish`` rounds them back.
    """

    def __init__(self, model: LoadedModel, plan: LayerPlan) -> None:
        self._model = model
        self._working = {
            f"{model.blocks.name(block.index)}.{name}": nn.Parameter(parameter.detach().clone())
            for block in plan.blocks
            for name, parameter in model.blocks.modules[block.index].named_parameters()
        }
        super().__init__(model.module, self._working)
        self._masters = {name: _master(working) for name, working in self._working.items()}

    @property
    def parameters(self) -> Mapping[str, torch.Tensor]:
        """By the parameters' full names in the model."""
        return self._masters

    @torch.no_grad()
    def publish(self) -> None:
        for name, working in self._working.items():
            if working is not self._masters[name]:
                working.copy_(self._masters[name])

    def save(self, folder: Path) -> None:
        """Writes delta.safetensors, the trained tensors in the base's element type, and delta.json."""
        tensors = {name: working.detach().cpu().contiguous() for name, working in self._working.items()}
        save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
        description = {
            "format": FORMAT,
            "base_model": self._model.card.name,
            "base_weights_hash": self._model.card.weights_hash,
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "tensors": {name: list(tensor.shape) for name, tensor in tensors.items()},
        }
        (folder / DESCRIPTION_FILE).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def load_delta(model: LoadedModel, folder: Path) -> SwappedParameters:
    """Reads a delta that ``FullWeightsBand.save`` wrote. The base must be in place.

    Raises CheckpointError("artifact-corrupt") where it was made for another model or does not fit.
    """
    description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    tensors = load_file(folder / WEIGHTS_FILE, device=str(model.torch_device))
    base = dict(model.module.named_parameters())
    misfits = [name for name, tensor in tensors.items() if name not in base or base[name].shape != tensor.shape]
    if description["base_weights_hash"] != model.card.weights_hash or misfits:
        raise CheckpointError(
            "artifact-corrupt",
            f"{folder / WEIGHTS_FILE} does not fit the loaded model.",
            found=f"base {description['base_weights_hash']}, {len(misfits)} tensors of other names or shapes",
            wanted=f"base {model.card.weights_hash}",
            next_step="Load the model that it was trained from.",
        )
    parameters = {name: nn.Parameter(tensor.to(model.dtype), requires_grad=False) for name, tensor in tensors.items()}
    return SwappedParameters(model.module, parameters)


def _master(working: nn.Parameter) -> torch.Tensor:
    if working.dtype == torch.float32:
        return working
    master = working.detach().float()

    def move_gradient(parameter: torch.Tensor) -> None:
        gradient = parameter.grad
        assert gradient is not None
        master.grad = gradient.float() if master.grad is None else master.grad.add_(gradient)
        parameter.grad = None

    working.register_post_accumulate_grad_hook(move_gradient)
    return master
