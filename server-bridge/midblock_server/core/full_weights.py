"""A band of whole blocks, and its form on disk: the changed tensors and what they belong to."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import nn

from midblock_server.core.errors import CheckpointError
from midblock_server.core.model import LoadedModel
from midblock_server.core.specification import LayerPlan
from midblock_server.core.swapped_parameters import SwappedParameters, TrainedParameters

WEIGHTS_FILE = "delta.safetensors"
DESCRIPTION_FILE = "delta.json"
ARTIFACTS = (WEIGHTS_FILE, DESCRIPTION_FILE)
FORMAT = "midblock-delta-1"


class FullWeightsBand(TrainedParameters):
    """All parameters of the planned blocks, trained."""

    def __init__(self, model: LoadedModel, plan: LayerPlan) -> None:
        self._model = model
        super().__init__(
            model.module,
            [
                f"{model.blocks.name(block.index)}.{name}"
                for block in plan.blocks
                for name, _ in model.blocks.modules[block.index].named_parameters()
            ],
        )

    def save(self, folder: Path) -> None:
        """Writes delta.safetensors, the trained tensors in the base's element type, and delta.json."""
        tensors = {name: working.detach().cpu().contiguous() for name, working in self.stand_ins.items()}
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
