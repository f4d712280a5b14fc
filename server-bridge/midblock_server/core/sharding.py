"""Spreads a model's blocks over ranks with PyTorch's FSDP2, and gives what is needed whole where it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from midblock_server.core.packed import can_pack

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from midblock_server.core.blocks import BlockList
    from midblock_server.core.ranks import Ranks


def shard_blocks(module: PreTrainedModel, blocks: BlockList, ranks: Ranks, device: torch.device) -> None:
    """Leaves each rank its share of every block, on ``device``; a block is gathered whenever it computes.

    The parameters outside the blocks stay whole. The module may be elsewhere before: it moves block by block.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(device.type, (ranks.count,))
    inside = {parameter for block in blocks.modules for parameter in block.parameters()}
    outside = set(module.parameters()) - inside
    for block in blocks.modules:
        fully_shard(block, mesh=mesh)
    # The decoder as their common root lets the next block be gathered while one computes.
    fully_shard(module.base_model, mesh=mesh, ignored_params=outside)
    module.to(device)
    can_pack(module)  # the first pass makes the decoder the root, and not a block


def is_sharded(tensor: Tensor) -> bool:
    """Whether this rank holds a share of the tensor alone."""
    return hasattr(tensor, "full_tensor")


def whole(tensor: Tensor) -> Tensor:
    """The tensor, gathered where it is sharded: all ranks must ask for it together."""
    gathered: Tensor = tensor.full_tensor() if is_sharded(tensor) else tensor  # type: ignore[attr-defined]
    return gathered


@contextmanager
def gathered(layer: nn.Module) -> Iterator[None]:
    """Lets the layer's own parameters be whole inside: all ranks must come here together."""
    shares = {name: each for name, each in layer.named_parameters(recurse=False) if is_sharded(each)}
    for name, share in shares.items():
        setattr(layer, name, nn.Parameter(whole(share), requires_grad=False))
    try:
        yield
    finally:
        for name, share in shares.items():
            setattr(layer, name, share)


def sharded_owners(module: nn.Module, names: Iterable[str]) -> list[nn.Module]:
    """The sharded modules, each once, that hold shares of the parameters with these full names."""
    sharded = {name: child for name, child in module.named_modules() if hasattr(child, "unshard")}
    if not sharded:
        return []
    prefixes = (accumulate(name.split("."), "{}.{}".format) for name in names)
    owners = (max((each for each in inside if each in sharded), key=len) for inside in prefixes)
    return [sharded[name] for name in dict.fromkeys(owners)]


def keep_whole(owners: Iterable[Any]) -> None:
    """Gathers sharded modules for longer than a pass, so that others may put parameters in the place of theirs."""
    for owner in owners:
        owner.set_reshard_after_forward(False)
        owner.set_reshard_after_backward(False)
        owner.unshard()


def keep_shares(owners: Iterable[Any]) -> None:
    """Ends ``keep_whole``. The modules' own parameters must be in place again."""
    for owner in owners:
        owner.set_reshard_after_forward(True)
        owner.set_reshard_after_backward(True)
        owner.reshard()
