"""What a run is told to do: frozen dataclasses that mirror RunSpecification of proto/midblock/v1/run.proto.

Meaning, units and ranges stand there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Schedule = Literal["constant", "linear", "cosine", "warm-up-stable-decay"]


@dataclass(frozen=True)
class BlockPlan:
    index: int
    rank: int | None = None


@dataclass(frozen=True)
class LayerPlan:
    blocks: tuple[BlockPlan, ...]
    block_count: int


@dataclass(frozen=True)
class LoraMethod:
    targets: tuple[str, ...]
    scale: float
    dropout: float = 0.0
    rank_stabilized: bool = False
    weight_decomposed: bool = False


@dataclass(frozen=True)
class FullWeightsMethod:
    pass


Step = tuple[tuple[int, ...], ...]
"""One optimiser step: micro-batches of datum indices."""


@dataclass(frozen=True)
class BatchPlan:
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class OptimizerSettings:
    learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    max_gradient_norm: float = 1.0
    schedule: Schedule = "linear"
    warmup_steps: int = 0
    final_learning_rate_share: float = 0.0
    decay_steps: int = 0
    eight_bit: bool = False


@dataclass(frozen=True)
class PlanPhase:
    from_step: int
    block_indices: tuple[int, ...]


@dataclass(frozen=True)
class ComputeSettings:
    gradient_checkpointing: bool = False
    compile: bool = False
    prefix_cache_memory_bytes: int = 0
    prefix_cache_disk_bytes: int = 0


@dataclass(frozen=True)
class RunSpecification:
    dataset_hashes: tuple[str, ...]
    layer_plan: LayerPlan
    method: LoraMethod | FullWeightsMethod
    batch_plan: BatchPlan
    optimizer: OptimizerSettings
    seed: int
    checkpoint_every_steps: int
    keep_checkpoints: int
    weights_hash: str
    client_notes: str = ""
    steps_total: int = 0
    open: bool = False
    train_norms: bool = False
    phases: tuple[PlanPhase, ...] = ()
    base_divergence_weight: float = 0.0
    max_loss_growth: float = 0.0
    max_seconds: float = 0.0
    compute: ComputeSettings = field(default_factory=ComputeSettings)
