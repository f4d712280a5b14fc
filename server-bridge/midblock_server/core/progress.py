"""What a training has behind it, as far as that decides how it goes on: kept in its checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field

RECENT_STEPS = 10
LEAST_EXPLODED_LOSS = 1.0
"""Nats per token below which no loss counts as exploded: a few rows learnt by heart have a loss near 0, and any other
row would be many times that."""


@dataclass
class Progress:
    """Seconds of training, where a run limits them, and the losses of its last steps."""

    seconds: float = 0.0
    recent_losses: list[float] = field(default_factory=list)

    def add(self, loss: float, seconds: float) -> None:
        """Adds a step."""
        self.seconds += seconds
        self.recent_losses = [*self.recent_losses, loss][-RECENT_STEPS:]

    def loss_limit(self, max_growth: float) -> float | None:
        """The loss above which the next step has exploded. None: no limit, or fewer than ten steps to compare with."""
        if max_growth == 0 or len(self.recent_losses) < RECENT_STEPS:
            return None
        return max(LEAST_EXPLODED_LOSS, max_growth * sum(self.recent_losses) / RECENT_STEPS)
