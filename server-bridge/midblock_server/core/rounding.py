"""Whether two ways of computing the same agree: what a probe or a trial of a faster way asks."""

from __future__ import annotations

import torch
from torch import Tensor


def differs_by_at_most(share: float, found: Tensor, wanted: Tensor) -> bool:
    """Whether the norm of the difference is at most such a share of the wanted tensor's; not where a number is NaN."""
    difference = torch.linalg.vector_norm((found - wanted).float())
    return bool(difference <= share * torch.linalg.vector_norm(wanted.float()))
