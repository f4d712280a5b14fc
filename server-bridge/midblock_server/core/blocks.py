"""Finds the decoder blocks of a language model and the linear maps inside them: by structure, never by name tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn
from transformers.pytorch_utils import Conv1D

from midblock_server.core.errors import ModelError
from midblock_server.core.types import BlockLinear, BlockPart

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, eq=False)
class BlockList:
    """The decoder blocks, 0 next to the embedding. ``prefix`` is the name of their list, such as "model.layers"."""

    prefix: str
    modules: tuple[nn.Module, ...]

    def __len__(self) -> int:
        return len(self.modules)

    def name(self, index: int) -> str:
        """Name of a block inside the model, such as "model.layers.6"."""
        return f"{self.prefix}.{index}"


def blocks_of(model: PreTrainedModel) -> BlockList:
    """The blocks of a language model, as many as its config tells. Raises as ``find_blocks`` does."""
    return find_blocks(model, int(getattr(model.config.get_text_config(), "num_hidden_layers", 0)))


def find_blocks(model: nn.Module, block_count: int) -> BlockList:
    """Finds the one ``ModuleList`` of ``block_count`` blocks of one class that lies inside no other such list.

    Raises ModelError("unsupported-model") when there is none, or more than one.
    """
    found = [BlockList(name, tuple(module)) for name, module in model.named_modules() if _is_list(module, block_count)]
    outermost = [each for each in found if not any(_is_inside(each, other) for other in found)]
    if len(outermost) == 1:
        return outermost[0]
    raise ModelError(
        "unsupported-model",
        f"The decoder blocks of {type(model).__name__} can't be told from its structure.",
        found=", ".join(each.prefix for each in outermost) or "no such list",
        wanted=f"exactly one ModuleList of {block_count} blocks of one class (num_hidden_layers of its config)",
        next_step="Use a decoder-only language model whose blocks stand in one list.",
    )


def _is_list(module: nn.Module, block_count: int) -> bool:
    return isinstance(module, nn.ModuleList) and len(module) == block_count and len({type(m) for m in module}) == 1


def _is_inside(inner: BlockList, outer: BlockList) -> bool:
    return inner.prefix.startswith(outer.prefix + ".")


def block_linears(blocks: BlockList) -> tuple[BlockLinear, ...]:
    """Lists the linear maps inside the blocks, in the model's order.

    ``blocks`` of an entry stays empty where every block has the map with these widths.
    """
    holders: dict[tuple[str, BlockPart, int, int], list[int]] = {}
    for index, block in enumerate(blocks.modules):
        for name, part, linear in _linears(block):
            holders.setdefault((name, part, *linear_widths(linear)), []).append(index)
    return tuple(
        BlockLinear(*key, blocks=() if len(indices) == len(blocks) else tuple(indices))
        for key, indices in holders.items()
    )


def linear_widths(linear: nn.Linear | Conv1D) -> tuple[int, int]:
    """Input and output width. GPT-2's ``Conv1D`` keeps its weight transposed, as (input, output)."""
    if isinstance(linear, Conv1D):
        inputs, outputs = linear.weight.shape
        return inputs, outputs
    return linear.in_features, linear.out_features


def _linears(block: nn.Module) -> Iterator[tuple[str, BlockPart, nn.Linear | Conv1D]]:
    for child_name, child in block.named_children():
        part = _part(child_name, child)
        for inner_name, module in child.named_modules():
            if isinstance(module, (nn.Linear, Conv1D)):
                yield (f"{child_name}.{inner_name}" if inner_name else child_name), part, module


def _part(child_name: str, child: nn.Module) -> BlockPart:
    label = f"{child_name} {type(child).__name__}".lower()
    return "attention" if "attention" in label or "attn" in label else "mlp"
