"""Puts other forward functions in the place of a model's blocks for a while: skipped, checkpointed or compiled ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import Tensor

if TYPE_CHECKING:
    from midblock_server.core.blocks import BlockList

BlockForward = Callable[..., Any]


@contextmanager
def block_forwards(blocks: BlockList, forwards: Mapping[int, BlockForward]) -> Iterator[None]:
    """Lets the blocks with these indices compute by the functions given; then as they did before."""
    before = {index: vars(blocks.modules[index]).get("forward") for index in forwards}
    for index, forward in forwards.items():
        blocks.modules[index].forward = forward
    try:
        yield
    finally:
        for index, own in before.items():
            if own is None:
                del blocks.modules[index].forward
            else:
                blocks.modules[index].forward = own


def skip(hidden_states: Tensor, *unused: Any, **others: Any) -> Tensor:
    """The forward function of a block that is not run."""
    return hidden_states
