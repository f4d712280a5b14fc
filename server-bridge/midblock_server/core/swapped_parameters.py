"""Parameters that stand in for a model's own, and their trained form: float32 masters where the model is narrower."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import torch
from torch import nn

from midblock_server.core.band import block_index
from midblock_server.core.sharding import keep_shares, keep_whole, sharded_owners, whole


class SwappedParameters:
    """Parameters that take the place of a model's own while attached. The base's are kept, and never written to."""

    def __init__(self, module: nn.Module, parameters: Mapping[str, nn.Parameter]) -> None:
        """``parameters`` are by full name. The base must be in place in ``module``."""
        self._module = module
        self.stand_ins = parameters
        self._base = {name: module.get_parameter(name) for name in parameters}
        self._sharded = sharded_owners(module, parameters)

    @property
    def first_block(self) -> int:
        return min(map(block_index, self.stand_ins))

    def attach(self) -> None:
        keep_whole(self._sharded)
        self._put(self.stand_ins)

    def detach(self) -> None:
        self._put(self._base)
        keep_shares(self._sharded)

    def _put(self, parameters: Mapping[str, nn.Parameter]) -> None:
        for name, parameter in parameters.items():
            holder, _, own_name = name.rpartition(".")
            setattr(self._module.get_submodule(holder), own_name, parameter)


class TrainedParameters(SwappedParameters):
    """Copies of a model's parameters, trained.

    The model computes with working weights in its own element type. Where that is narrower than float32, the optimiser
    updates float32 masters, to which each micro-batch's gradients are added in float32; ``publish`` rounds them back.
    """

    def __init__(self, module: nn.Module, names: Iterable[str]) -> None:
        """``names`` are full names of parameters inside blocks. The base must be in place in ``module``."""
        super().__init__(module, {name: nn.Parameter(_copy(module.get_parameter(name))) for name in names})
        self._masters = {name: _master(working) for name, working in self.stand_ins.items()}

    @property
    def parameters(self) -> Mapping[str, torch.Tensor]:
        """By the parameters' full names in the model."""
        return self._masters

    def set_learning(self, blocks: Collection[int]) -> None:
        for name, working in self.stand_ins.items():
            working.requires_grad_(block_index(name) in blocks)

    @torch.no_grad()
    def publish(self) -> None:
        for name, working in self.stand_ins.items():
            if working is not self._masters[name]:
                working.copy_(self._masters[name])


def _copy(parameter: nn.Parameter) -> torch.Tensor:
    return whole(parameter.detach()).clone()


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
