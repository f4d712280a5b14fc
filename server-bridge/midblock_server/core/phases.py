"""Which of the planned blocks learn at a step: all of them, or those of the phase that the step lies in.

LISA's sampling of blocks (arXiv 2403.17919) and freezing schedules are told as such phases.
"""

from __future__ import annotations

from collections.abc import Iterator

from midblock_server.core.specification import RunSpecification


def learning_blocks(specification: RunSpecification, step: int) -> frozenset[int]:
    """Indices of the blocks that learn in ``step``, counted from 0. The other planned blocks rest."""
    begun = [phase for phase in specification.phases if phase.from_step <= step]
    if begun:
        return frozenset(begun[-1].block_indices)
    return frozenset(block.index for block in specification.layer_plan.blocks)


def phase_faults(specification: RunSpecification) -> Iterator[tuple[str, str]]:
    """Tells what is wrong with the phases, each as an error code and a phrase."""
    first_steps = [phase.from_step for phase in specification.phases]
    planned = {block.index for block in specification.layer_plan.blocks}
    if first_steps and (first_steps[0] != 0 or first_steps != sorted(set(first_steps))):
        yield "invalid-layer-plan", f"phases: they begin at steps {first_steps}, but they must ascend from 0"
    for number, phase in enumerate(specification.phases):
        indices = list(phase.block_indices)
        if not indices or indices != sorted(set(indices)):
            yield "invalid-layer-plan", f"phase {number}: blocks {indices}, but at least one must ascend, each once"
        unplanned = [index for index in indices if index not in planned]
        if unplanned:
            yield "invalid-layer-plan", f"phase {number}: blocks {unplanned} are not in the plan {sorted(planned)}"
