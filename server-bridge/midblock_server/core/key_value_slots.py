"""Keys and values of rows that are generated together: one slot a row, in memory made ahead, filled and freed alone.

A pass takes the new tokens of all rows back to back, as packed sequences are; the attention of each block hands its
new keys and values to the slots and gets what its queries attend to. Rows need no padding, and a finished one is
replaced while the others go on.

While prompts are read, the last block takes the keys and values of all tokens and then runs for each prompt's last one
alone: nothing asks what it makes of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from midblock_server.core.block_forward import BlockForward, at_tokens, block_forwards
from midblock_server.core.blocks import BlockList, blocks_of
from midblock_server.core.slot_attention import Attending, Held, attend_rows, attend_span
from midblock_server.core.slot_biases import PassBiases
from midblock_server.core.slot_memory import BlockMemory, grown

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LONG_PREFIX_TOKENS = 128
"""From so many tokens on, what all rows begin with is held once. Of a shorter beginning each slot has a copy: behind 25
tokens a step of 32 rows takes 0.15 s so, and 0.23 s with the products apart (SmolLM2-135M in float32, two cores)."""

ROOM_TOKENS = 32
ROOM_SHARE = 1 / 8
"""Tokens by which the memory of all slots grows at once, at least, and as a share of the longest row: new memory is
zeroed and its pages are faulted in, which took a tenth of the time of 40 rows of 1,000 tokens that grew by 32."""

STEP_TOKENS = 32
"""A step reads a multiple of so many tokens of each row, so that the shapes of its products seldom change."""


class _Taken(Exception):
    """Leaves a block whose keys and values are taken: nothing else is wanted of it."""


@dataclass
class KeyValueSlots:
    """``lengths[slot]`` tokens are held by each slot in use, the prefix included; slots in use come first.

    A long prefix, such as the examples before a question, is held once and attended to by all rows together: it costs
    neither memory nor reads for each row.

    ``most_rows`` and ``most_tokens`` tell how many rows are expected at once, and how long one becomes at most: memory
    is made for so many rows in one piece, and for no longer ones.
    """

    most_rows: int = 0
    most_tokens: int | None = None
    lengths: list[int] = field(default_factory=list)
    on_taken: Callable[[nn.Module, Tensor, Tensor], None] | None = None
    """Told of what each block takes in while prompts are read: as ``take`` is given it."""
    _memory: dict[nn.Module, BlockMemory] = field(default_factory=dict)
    _prefix_tokens: int = 0
    _adding: list[int] | None = None
    _reading_prefix: bool = False
    _ahead: dict[int, int] | None = None
    _only_taking: bool = False
    _blocks: BlockList | None = None
    _biases: PassBiases = field(default_factory=PassBiases)

    @property
    def common_tokens(self) -> int:
        """Tokens of each row that are held once for all."""
        return self._prefix_tokens if self._prefix_tokens >= LONG_PREFIX_TOKENS else 0

    @property
    def room_bytes(self) -> int:
        """Memory of all blocks' keys and values, what they have in common not counted."""
        return sum(memory.keys.nbytes + memory.values.nbytes for memory in self._memory.values())

    @property
    def room_tokens(self) -> int:
        """Tokens that a block's memory has room for, in all slots."""
        return max((memory.keys.shape[0] * memory.keys.shape[2] for memory in self._memory.values()), default=0)

    def read_prefix(self, module: PreTrainedModel, token_ids: Sequence[int]) -> None:
        """Computes what all prompts begin with, once. Call it before the first row is added."""
        self._reading_prefix = True
        with self._last_block(module, self._take_alone):
            self._run(module, list(token_ids), list(range(len(token_ids))))
        self._reading_prefix, self._prefix_tokens = False, len(token_ids)

    def add(self, module: PreTrainedModel, prompts: Sequence[Sequence[int]]) -> Tensor:
        """Takes new rows into slots of their own, after those in use; prompts are given without the prefix.

        Gives the hidden states of their last tokens, [rows, hidden size], after the final norm.
        """
        self._adding = counts = [len(prompt) for prompt in prompts]
        first, start = len(self.lengths), self._prefix_tokens
        token_ids = [token for prompt in prompts for token in prompt]
        with self._last_block(module, self._take_and_end):
            states = self._run(module, token_ids, [start + place for count in counts for place in range(count)])
        self._ahead = None
        self.lengths[first:] = [length + 1 for length in self.lengths[first:]]
        return states[self._ends(counts, states.device)]

    def step(self, module: PreTrainedModel, token_ids: Sequence[int]) -> Tensor:
        """Takes one more token for each slot in use; gives its hidden states, [rows, hidden size]."""
        states = self._run(module, list(token_ids), list(self.lengths))
        self.lengths = [length + 1 for length in self.lengths]
        return states

    def look_ahead(self, module: PreTrainedModel, runs: Mapping[int, Sequence[int]]) -> Tensor:
        """Takes several more tokens for some slots; gives the hidden states of all, [tokens, hidden size], run by run.

        They are not counted yet: what the caller does not add to ``lengths`` is overwritten by what comes in its place.
        """
        self._ahead = {slot: len(run) for slot, run in runs.items()}
        token_ids = [token for run in runs.values() for token in run]
        places = [self.lengths[slot] + place for slot, run in runs.items() for place in range(len(run))]
        states = self._run(module, token_ids, places)
        self._ahead = None
        return states

    def pretend(self, lengths: Sequence[int]) -> None:
        """Makes the slots in use so many, of such lengths. What they never read is zeros in the next pass."""
        self.lengths = list(lengths)

    def remove(self, slot: int) -> None:
        """Frees a slot. The last one in use moves to its place."""
        last = len(self.lengths) - 1
        self.lengths[slot] = self.lengths[last]
        own = self.lengths.pop() - self.common_tokens
        if slot < last:
            for memory in self._memory.values():
                memory.keys[slot, :, :own] = memory.keys[last, :, :own]
                memory.values[slot, :, :own] = memory.values[last, :, :own]

    def attend(self, block: nn.Module, query: Tensor, key: Tensor, value: Tensor, how: Attending) -> Tensor:
        """Attention of one block in the pass under way: [1, heads, tokens, size] of the new tokens, in and out."""
        if self._reading_prefix or self._adding is not None:
            self.take(block, key, value)
            if self._only_taking:
                raise _Taken
        if self._reading_prefix:
            return attend_span(query, key, value, self._biases.of_span(query, key, how), how)
        if self._adding is not None:
            return self._attend_adding(self._memory[block], self._adding, (query, key, value), how)
        memory = self._room(block, key, value)
        if self._ahead is not None:
            return self._attend_ahead(memory, self._ahead, (query, key, value), how)
        slots = torch.arange(len(self.lengths), device=key.device)
        places = torch.tensor(self.lengths, device=key.device)
        memory.keys[slots, :, places - self.common_tokens] = key[0].transpose(0, 1)
        memory.values[slots, :, places - self.common_tokens] = value[0].transpose(0, 1)
        rows, held = len(self.lengths), self._held_tokens(memory)
        bias = self._biases.of_rows(places, self.common_tokens + held, how.window, query.dtype)
        own = Held(memory.keys[:rows, :, :held], memory.values[:rows, :, :held])
        return attend_rows(query, own, bias, how, self._common(memory))

    def take(self, block: nn.Module, key: Tensor, value: Tensor) -> None:
        """While prompts are read: takes in a block's keys and values, [1, heads, tokens, size], of all new tokens.

        ``attend`` does it. By itself it serves a block that is not run, since its outcome is known.
        """
        if self.on_taken is not None:
            self.on_taken(block, key, value)
        if self._adding is None:
            self._memory[block] = BlockMemory(key.new_empty(0), value.new_empty(0), Held(key[0], value[0]))
            return
        memory, copied = self._room(block, key, value), self._prefix_tokens - self.common_tokens
        prefix = memory.prefix or Held(key[0], value[0])
        for room, states, before in zip((memory.keys, memory.values), (key, value), prefix, strict=True):
            for slot, new in enumerate(torch.split(states[0], self._adding, dim=1), start=len(self.lengths)):
                room[slot, :, :copied] = before[:, :copied]
                room[slot, :, copied : copied + new.shape[1]] = new

    @contextmanager
    def _last_block(self, module: PreTrainedModel, forward: Callable[..., Tensor]) -> Iterator[None]:
        """Lets the last block compute by a function that is given the block's own and what the block is given."""
        self._blocks = self._blocks or blocks_of(module)
        last = len(self._blocks) - 1
        own: BlockForward = self._blocks.modules[last].forward
        with block_forwards(self._blocks, {last: partial(forward, own)}):
            yield

    def _take_alone(self, own: BlockForward, hidden_states: Tensor, *arguments: Any, **others: Any) -> Tensor:
        self._only_taking = True
        try:
            own(hidden_states, *arguments, **others)
        except _Taken:
            pass
        finally:
            self._only_taking = False
        return hidden_states

    def _take_and_end(self, own: BlockForward, hidden_states: Tensor, *arguments: Any, **others: Any) -> Tensor:
        """All tokens' keys and values, then the prompts' last tokens, as if these came next.

        The new slots are in use from here on, and hold all but those. The other tokens are given back as they came.
        """
        self._take_alone(own, hidden_states, *arguments, **others)
        assert self._adding is not None
        counts, tokens, first = self._adding, hidden_states.shape[1], len(self.lengths)
        self._adding = None
        self.lengths += [self._prefix_tokens + count - 1 for count in counts]
        self._ahead = dict.fromkeys(range(first, len(self.lengths)), 1)
        ends = self._ends(counts, hidden_states.device)
        of_ends = partial(at_tokens, places=ends, tokens=tokens)
        outputs: Tensor = own(
            of_ends(hidden_states), *map(of_ends, arguments), **{name: of_ends(each) for name, each in others.items()}
        )
        return hidden_states.index_copy(1, ends, outputs)

    def _ends(self, counts: Sequence[int], device: torch.device) -> Tensor:
        """Where the last token of each prompt stands in a pass over them all."""
        return torch.tensor(counts, device=device).cumsum(0) - 1

    def _attend_adding(
        self, memory: BlockMemory, counts: list[int], states: tuple[Tensor, Tensor, Tensor], how: Attending
    ) -> Tensor:
        runs = zip(*(torch.split(part, counts, dim=2) for part in states), strict=True)
        return torch.cat([self._attend_behind(memory.prefix, run, how) for run in runs], dim=2)

    def _attend_ahead(
        self, memory: BlockMemory, counts: dict[int, int], states: tuple[Tensor, Tensor, Tensor], how: Attending
    ) -> Tensor:
        outputs, common = [], self._common(memory)
        runs = zip(*(torch.split(part, list(counts.values()), dim=2) for part in states), strict=True)
        for slot, (query, key, value) in zip(counts, runs, strict=True):
            begin = self.lengths[slot] - self.common_tokens
            end = begin + counts[slot]
            memory.keys[slot, :, begin:end], memory.values[slot, :, begin:end] = key[0], value[0]
            keys, values = memory.keys[None, slot, :, :end], memory.values[None, slot, :, :end]
            outputs.append(self._attend_behind(common, (query, keys, values), how))
        return torch.cat(outputs, dim=2)

    def _attend_behind(self, prefix: Held | None, row: tuple[Tensor, Tensor, Tensor], how: Attending) -> Tensor:
        """Attention of a row's queries to its keys and values, and to those that stand before them."""
        query, keys, values = row
        if prefix is not None:
            keys = torch.cat([prefix.keys[None], keys], dim=2)
            values = torch.cat([prefix.values[None], values], dim=2)
        return attend_span(query, keys, values, self._biases.of_span(query, keys, how), how)

    def _common(self, memory: BlockMemory) -> Held | None:
        """What is held once for all rows."""
        return memory.prefix if self.common_tokens > 0 else None

    def _held_tokens(self, memory: BlockMemory) -> int:
        """Tokens of a block's memory that a step reads: of the longest row in use, and some that a mask hides.

        Rows that ended may have left far more room. In bfloat16 on CPU all of it is read: there, products of whole
        tensors were twice as fast as of slices (oneDNN, avx512_bf16).
        """
        room = memory.keys.shape[2]
        if memory.keys.device.type == "cpu" and memory.keys.dtype == torch.bfloat16:
            return room
        longest = max(self.lengths) + 1 - self.common_tokens
        return min(room, -(-longest // STEP_TOKENS) * STEP_TOKENS)

    def _room(self, block: nn.Module, key: Tensor, value: Tensor) -> BlockMemory:
        """The block's memory, made or grown to hold this pass; what it held is kept."""
        slots = max(self.most_rows, len(self.lengths) + len(self._adding or []))
        ends = [
            *(self._prefix_tokens + count for count in self._adding or []),
            *(length + 1 for length in self.lengths),
            *(self.lengths[slot] + count for slot, count in (self._ahead or {}).items()),
        ]
        tokens = max(ends) - self.common_tokens
        capacity = tokens + max(ROOM_TOKENS, int(ROOM_SHARE * tokens))
        if self.most_tokens is not None:
            capacity = max(tokens, min(capacity, self.most_tokens - self.common_tokens))
        memory = self._memory.setdefault(block, BlockMemory(key.new_empty(0), value.new_empty(0)))
        memory.keys = grown(memory.keys, key, slots, tokens, capacity)
        memory.values = grown(memory.values, value, slots, tokens, capacity)
        return memory

    def _run(self, module: PreTrainedModel, token_ids: list[int], positions: list[int]) -> Tensor:
        self._biases = PassBiases()
        device = module.get_input_embeddings().weight.device
        states: Tensor = module.base_model(
            input_ids=torch.tensor([token_ids], device=device),
            position_ids=torch.tensor([positions], device=device),
            use_cache=False,
            slots=self,
        ).last_hidden_state
        return states[0]
