"""Finds the norms inside a model's blocks: by structure and class, never by name tables."""

from __future__ import annotations

from torch import nn

from midblock_server.core.blocks import BlockList
from midblock_server.core.types import BlockNorm


def norm_modules(block: nn.Module) -> dict[str, nn.Module]:
    """The norms of a block by name: modules of a class named so whose own parameters are all vectors."""
    return {name: module for name, module in block.named_modules() if _is_norm(module)}


def block_norms(blocks: BlockList) -> tuple[BlockNorm, ...]:
    """Lists the norms' parameters inside the blocks, in the model's order.

    ``blocks`` of an entry stays empty where every block has the parameter with this size.
    """
    holders: dict[tuple[str, int], list[int]] = {}
    for index, block in enumerate(blocks.modules):
        for norm_name, norm in norm_modules(block).items():
            for name, parameter in norm.named_parameters(recurse=False):
                holders.setdefault((f"{norm_name}.{name}", parameter.numel()), []).append(index)
    return tuple(
        BlockNorm(*key, blocks=() if len(indices) == len(blocks) else tuple(indices))
        for key, indices in holders.items()
    )


def _is_norm(module: nn.Module) -> bool:
    own = list(module.parameters(recurse=False))
    return "norm" in type(module).__name__.lower() and bool(own) and all(each.ndim == 1 for each in own)
