"""How far a tuned model's next-token distributions are from its base's, as a penalty that never holds all logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from midblock_server.core.head import CHUNK_ROWS, logits

if TYPE_CHECKING:
    from midblock_server.core.model import LoadedModel


def divergence_sum(model: LoadedModel, hidden: Tensor, base_hidden: Tensor) -> Tensor:
    """Sum over positions of KL(base || tuned) of the next token, in nats: a float32 scalar.

    ``hidden`` and ``base_hidden`` [n, hidden size] are the tuned and the base model's states after the final norm, at
    the same positions; the head is the same for both. Differentiable with respect to ``hidden`` alone; its gradient is
    computed along with the sum, chunk by chunk, as in ``head.weighted_loss_sum``.
    """
    divergence: Tensor = _ChunkedDivergence.apply(hidden, base_hidden, model)  # type: ignore[no-untyped-call]
    return divergence


class _ChunkedDivergence(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, hidden: Tensor, base_hidden: Tensor, model: LoadedModel) -> Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden)
        for start in range(0, hidden.shape[0], CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            divergence, gradient[rows] = _chunk_divergence(model, hidden[rows], base_hidden[rows])
            total += divergence
        context.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(context: Any, *outputs: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = context.saved_tensors
        return gradient * outputs[0].to(gradient.dtype), None, None


def _chunk_divergence(model: LoadedModel, hidden: Tensor, base_hidden: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        base = log_softmax(logits(model, base_hidden).float(), dim=-1)
    with torch.enable_grad():
        states = hidden.detach().requires_grad_()
        raw = logits(model, states)
    tuned = log_softmax(raw.detach().float(), dim=-1)
    probabilities = base.exp()
    divergence = (base.sub_(tuned).mul_(probabilities)).sum()
    # The derivative with respect to the tuned logits is the difference of the two distributions.
    (gradient,) = torch.autograd.grad(raw, states, tuned.exp_().sub_(probabilities).to(raw.dtype))
    return divergence, gradient
