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


def at_tokens(given: Any, places: Tensor, tokens: int) -> Any:
    """What a block is given for some of its tokens: hidden states, positions and the like have a place for each token.

    ``given`` is one argument of a block that takes so many tokens. What is not of tokens stays as it is.
    """
    if isinstance(given, tuple):
        return tuple(at_tokens(each, places, tokens) for each in given)
    if not isinstance(given, Tensor):
        return given
    if given.dim() > 1 and given.shape[1] == tokens:
        return given[:, places]
    return given[places] if given.shape == (tokens,) else given


def skip(hidden_states: Tensor, *unused: Any, **others: Any) -> Tensor:
    """The forward function of a block that is not run."""
    return hidden_states
