"""How a training's blocks do their work: plainly, computed again in the backward pass, compiled, or both."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers import AttentionInterface

from midblock_server.core.attention import SPAN_ATTENTION, span_attention
from midblock_server.core.block_forward import BlockForward
from midblock_server.core.errors import SpecificationError
from midblock_server.core.specification import ComputeSettings

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel

DEFAULT_COMPILERS = {"darwin": "clang++", "win32": "cl"}  # elsewhere g++: torch's own choice where CXX is not set


def block_work(model: LoadedModel, compute: ComputeSettings, first_block: int) -> Mapping[int, BlockForward]:
    """The forward functions, by block, that ``compute`` asks for; empty where it asks for none.

    From block ``first_block`` on, blocks have a backward pass: checkpointing keeps only the input of each and runs it
    once more there, with the same random draws, so gradients are the same to the bit. Compiling is for all blocks.
    Raises SpecificationError("invalid-options") where blocks are to be compiled and can't be here.
    """
    forwards: dict[int, BlockForward] = {}
    if compute.compile:
        _require_compiler(model.torch_device)
        forwards = {index: _compiled(block) for index, block in enumerate(model.blocks.modules)}
    if compute.gradient_checkpointing:
        for index in range(first_block, len(model.blocks)):
            plain = forwards.get(index, model.blocks.modules[index].forward)
            forwards[index] = partial(checkpoint, plain, use_reentrant=False)
    return forwards


def _compiled(block: nn.Module) -> BlockForward:
    AttentionInterface.register(SPAN_ATTENTION, _plain_attention())
    compiled: BlockForward = torch.compile(block.forward, dynamic=True, options={"fallback_random": True})
    return compiled


@cache
def _plain_attention() -> Callable[..., tuple[Tensor, None]]:
    # It goes by spans, of which each pack has its own: compiled, it would be compiled again for each pack.
    plain: Callable[..., tuple[Tensor, None]] = torch.compiler.disable(span_attention)
    return plain


def _require_compiler(device: torch.device) -> None:
    missing = _missing_for_compiling(device)
    if missing is not None:
        raise SpecificationError(
            "invalid-options",
            f"Blocks can't be compiled for {device} here.",
            found=f"no {missing}",
            wanted=f"{missing}, which torch.compile needs",
            next_step=f"Install {missing} where the sidecar runs, or leave compile off.",
        )


def _missing_for_compiling(device: torch.device) -> str | None:
    if device.type == "cuda":
        return None if importlib.util.find_spec("triton") else "triton"
    compiler = os.environ.get("CXX", DEFAULT_COMPILERS.get(sys.platform, "g++"))
    return None if shutil.which(compiler) else f"C++ compiler {compiler!r}"
