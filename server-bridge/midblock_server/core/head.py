"""The language model head: from hidden states after the final norm to logits, and to a loss that never holds all."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from transformers.modeling_outputs import BaseModelOutputWithPast

from midblock_server.core.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from midblock_server.core.model import LoadedModel

CHUNK_ROWS = 256
"""Positions whose logits exist at once: 256 x 49,152 x 4 bytes are 50 MB, and the products are at full speed."""

ROW_MULTIPLE = 4
"""Products of a few rows, no multiple of it, take CPU kernels that round ten times as coarsely, and are slower at that:
2 rows of 49,152 x 576 give gradients 5e-6 off and take 20 ms, 4 rows 5e-7 and 13 ms."""

PROBE_TOKEN_IDS = (1, 5, 2, 9, 4)
PROBE_TOLERANCE = {torch.float32: 1e-5, torch.float16: 1e-3, torch.bfloat16: 1e-2}

_heads: WeakKeyDictionary[nn.Module, nn.Module] = WeakKeyDictionary()


def logits(model: LoadedModel, hidden: Tensor) -> Tensor:
    """Logits [n, vocabulary] of hidden states [n, hidden size] after the final norm, in the model's element type.

    The architecture's own code computes them, with its scaling and soft-capping where it has them. Differentiable with
    respect to ``hidden``. Raises ModelError("unsupported-model") where that code needs more than the hidden states.
    """
    return _apply(head_of(model.module), hidden)


def weighted_loss_sum(model: LoadedModel, hidden: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Sum over positions of weight x negative log-likelihood of the label (nats): a float32 scalar.

    ``hidden`` [n, hidden size] are states after the final norm, ``labels`` [n] the token ids they should predict and
    ``weights`` [n] their weights. Differentiable with respect to ``hidden`` alone. The gradient is computed along with
    the loss, chunk by chunk, so at most ``CHUNK_ROWS`` rows of logits exist at any time; softmax and sum are float32.
    """
    padding = -len(labels) % ROW_MULTIPLE
    padded = (pad(hidden, (0, 0, 0, padding)), pad(labels, (0, padding)), pad(weights.float(), (0, padding)))
    loss: Tensor = _ChunkedLoss.apply(*padded, head_of(model.module))  # type: ignore[no-untyped-call]
    return loss


class _ChunkedLoss(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, hidden: Tensor, labels: Tensor, weights: Tensor, head: nn.Module) -> Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden) if hidden.requires_grad else None
        for start in range(0, hidden.shape[0], CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            loss, chunk_gradient = _chunk_loss(hidden[rows], labels[rows], weights[rows], head, gradient is not None)
            total += loss
            if gradient is not None and chunk_gradient is not None:
                gradient[rows] = chunk_gradient
        context.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(context: Any, *outputs: Tensor) -> tuple[Tensor | None, None, None, None]:
        (gradient,) = context.saved_tensors
        return gradient * outputs[0].to(gradient.dtype), None, None, None


def _chunk_loss(
    hidden: Tensor, labels: Tensor, weights: Tensor, head: nn.Module, with_gradient: bool
) -> tuple[Tensor, Tensor | None]:
    with torch.set_grad_enabled(with_gradient):
        states = hidden.detach().requires_grad_(with_gradient)
        raw = _apply(head, states)
    scores = raw.detach().to(torch.float32, copy=True)
    scores.sub_(scores.amax(dim=-1, keepdim=True))
    picked = scores.gather(1, labels[:, None]).squeeze(1)
    # Exponentials take the place of the scores, and serve both the normaliser and the softmax.
    normalizers = scores.exp_().sum(dim=-1)
    loss = ((normalizers.log() - picked) * weights).sum()
    if not with_gradient:
        return loss, None
    # The derivative with respect to the logits is weight x (softmax - one-hot label); it overwrites them.
    scores.mul_((weights / normalizers)[:, None])
    scores.scatter_add_(1, labels[:, None], -weights[:, None])
    (gradient,) = torch.autograd.grad(raw, states, scores.to(raw.dtype))
    return loss, gradient


class _GivenStates(nn.Module):
    """Stands where the decoder stood and hands on the hidden states it is given."""

    def forward(self, *unused: Any, inputs_embeds: Tensor, **others: Any) -> _GivenOutput:
        return _GivenOutput(last_hidden_state=inputs_embeds)


class _GivenOutput(BaseModelOutputWithPast):  # type: ignore[misc]
    def __getattr__(self, name: str) -> None:
        """Whatever else an architecture passes through, such as router logits or cross attentions, is absent."""


def head_of(module: PreTrainedModel) -> nn.Module:
    """The model without its decoder: a shallow copy that shares the head's weights. Made and checked once a module.

    Raises ModelError("unsupported-model") when it does not give the logits that the whole model gives.
    """
    if module not in _heads:
        head = copy.copy(module)
        head._modules = {**module._modules, module.base_model_prefix: _GivenStates()}
        _check(module, head)
        _heads[module] = head
    return _heads[module]


def _apply(head: nn.Module, hidden: Tensor) -> Tensor:
    output: Tensor = head(inputs_embeds=hidden[None], use_cache=False).logits
    return output.squeeze(0)  # Not [0], whose backward pass copies the gradient into zeros of its own.


@torch.no_grad()
def _check(module: PreTrainedModel, head: nn.Module) -> None:
    tokens = torch.tensor([PROBE_TOKEN_IDS], device=module.get_input_embeddings().weight.device)
    wanted = module(input_ids=tokens, use_cache=False).logits[0].float()
    hidden = module.base_model(input_ids=tokens, use_cache=False).last_hidden_state[0]
    try:
        difference = float((_apply(head, hidden).float() - wanted).abs().max())
    except (TypeError, ValueError, AttributeError, RuntimeError):
        difference = float("nan")
    largest = float(wanted.abs().max())
    if not difference <= PROBE_TOLERANCE.get(module.dtype, 0.0) * largest:
        raise ModelError(
            "unsupported-model",
            f"The head of {type(module).__name__} can't be run apart from its decoder.",
            found=f"logits that differ by {difference:.2g} where the largest is {largest:.2g}",
            wanted="the logits of the whole model from its hidden states after the final norm",
            next_step="Use a decoder-only language model whose logits follow from its last hidden states.",
        )
