"""A linear map with a low-rank adapter: PEFT's layer with a faster forward pass."""

from __future__ import annotations

import math

import torch
from peft import LoraConfig
from peft.tuners.lora.layer import Linear as PeftLinear
from torch import nn
from torch.nn import functional
from transformers.pytorch_utils import Conv1D

ADAPTER = "default"


class AdaptedLinear(PeftLinear):  # type: ignore[misc]  # PEFT is not typed
    """PEFT's LoRA layer, its adapter held in float32 and computed in the element type of the activations.

    PEFT would cast the activations to float32, which costs more than the adapter's arithmetic. In float32 both are the
    same. DoRA goes PEFT's way.
    """

    def __init__(self, base: nn.Module, config: LoraConfig, rank: int, alpha: float) -> None:
        transposed = isinstance(base, Conv1D)
        super().__init__(base, ADAPTER, config, r=rank, lora_alpha=alpha, is_target_conv_1d_layer=transposed)
        self._hold_in_float32()
        self.eval()

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Inputs [..., in], outputs [..., out], both in the base's element type."""
        if self.lora_variant:
            outputs: torch.Tensor = super().forward(inputs)
            return outputs
        rows = inputs.flatten(0, -2)
        down = functional.linear(self.lora_dropout[ADAPTER](rows), self.lora_A[ADAPTER].weight.to(rows.dtype))
        up = self.lora_B[ADAPTER].weight.to(rows.dtype)
        adapted: torch.Tensor = self.base_layer(rows).addmm_(down, up.t(), alpha=self.scaling[ADAPTER])
        return adapted.view(*inputs.shape[:-1], adapted.shape[-1])

    def set_training(self, active: bool) -> None:
        """Turns dropout on or off; the base layer stays in eval mode."""
        self.training = active
        self.lora_dropout.train(active)

    def tensors(self) -> dict[str, nn.Parameter]:
        """The adapter's tensors by the names PEFT gives their modules."""
        named: dict[str, nn.Parameter] = {
            "lora_A": self.lora_A[ADAPTER].weight,
            "lora_B": self.lora_B[ADAPTER].weight,
        }
        if ADAPTER in self.lora_magnitude_vector:
            named["lora_magnitude_vector"] = self.lora_magnitude_vector[ADAPTER].weight
        return named

    @torch.no_grad()
    def merged_weight(self) -> torch.Tensor:
        """A matrix that maps alone as base and adapter do together, in the base's layout and element type.

        Computed in float32: W + scale * B A, and with DoRA each output's row brought to its learnt norm
        (arXiv 2402.09353, equation 5).
        """
        base = self.get_base_layer().weight
        merged = base.float() + self.get_delta_weight(ADAPTER)
        if self.lora_variant:
            inputs_axis = 0 if self.fan_in_fan_out else 1
            norms = torch.linalg.vector_norm(merged, dim=inputs_axis, keepdim=True)
            merged = merged * self.lora_magnitude_vector[ADAPTER].weight.view_as(norms) / norms
        rounded: torch.Tensor = merged.to(base.dtype)
        return rounded

    def draw(self, seed: int) -> None:
        """Draws A as PEFT does, uniformly with Kaiming's bound for a = sqrt(5), but from ``seed``. B is 0."""
        down = self.lora_A[ADAPTER].weight
        generator = torch.Generator().manual_seed(seed)
        drawn = nn.init.kaiming_uniform_(torch.empty(down.shape), a=math.sqrt(5), generator=generator)
        with torch.no_grad():
            down.copy_(drawn)

    def _hold_in_float32(self) -> None:
        self.lora_A[ADAPTER].float()
        self.lora_B[ADAPTER].float()
        if self.lora_variant:
            # Once more, since PEFT has just rounded DoRA's magnitudes to the base's element type.
            self.lora_variant[ADAPTER].init(self, adapter_name=ADAPTER)
