"""The specification of a run, from the wire to core. Refuses what is unset; whether values fit is core's to judge."""

from __future__ import annotations

from midblock_server.core.specification import (
    BatchPlan,
    BlockPlan,
    ComputeSettings,
    FullWeightsMethod,
    LayerPlan,
    LoraMethod,
    OptimizerSettings,
    PlanPhase,
    RunSpecification,
    Schedule,
)
from midblock_server.faults import Faults
from midblock_server.gen.midblock.v1 import run_pb2
from midblock_server.limits import MAX_CLIENT_NOTES_BYTES

_SCHEDULES: dict[int, Schedule] = {
    run_pb2.SCHEDULE_CONSTANT: "constant",
    run_pb2.SCHEDULE_LINEAR: "linear",
    run_pb2.SCHEDULE_COSINE: "cosine",
    run_pb2.SCHEDULE_WARMUP_STABLE_DECAY: "warm-up-stable-decay",
}


def specification_from_wire(message: run_pb2.RunSpecification, faults: Faults) -> RunSpecification:
    """Translates, noting every fault; the result is of use only where ``faults`` stays empty."""
    notes_bytes = len(message.client_notes.encode())
    faults.require(
        notes_bytes <= MAX_CLIENT_NOTES_BYTES,
        "client_notes",
        f"{notes_bytes} bytes",
        f"at most {MAX_CLIENT_NOTES_BYTES} bytes",
    )
    return RunSpecification(
        dataset_hashes=tuple(message.dataset_hashes),
        layer_plan=_layer_plan_from_wire(message.layer_plan),
        method=_method_from_wire(message, faults),
        batch_plan=_batch_plan_from_wire(message.batch_plan),
        optimizer=_optimizer_from_wire(message.optimizer, faults),
        seed=message.seed,
        checkpoint_every_steps=message.checkpoint_every_steps,
        keep_checkpoints=message.keep_checkpoints,
        weights_hash=message.weights_hash,
        client_notes=message.client_notes,
        steps_total=message.steps_total,
        open=message.open,
        train_norms=message.train_norms,
        phases=tuple(PlanPhase(phase.from_step, tuple(phase.block_indices)) for phase in message.phases),
        base_divergence_weight=message.base_divergence_weight,
        max_loss_growth=message.max_loss_growth,
        max_seconds=message.max_seconds,
        compute=_compute_from_wire(message.compute),
    )


def _compute_from_wire(message: run_pb2.ComputeSettings) -> ComputeSettings:
    return ComputeSettings(
        gradient_checkpointing=message.gradient_checkpointing,
        compile=message.compile,
        prefix_cache_memory_bytes=message.prefix_cache_memory_bytes,
        prefix_cache_disk_bytes=message.prefix_cache_disk_bytes,
    )


def _layer_plan_from_wire(message: run_pb2.LayerPlan) -> LayerPlan:
    return LayerPlan(
        blocks=tuple(
            BlockPlan(block.index, block.rank if block.HasField("rank") else None) for block in message.blocks
        ),
        block_count=message.block_count,
    )


def _method_from_wire(message: run_pb2.RunSpecification, faults: Faults) -> LoraMethod | FullWeightsMethod:
    if message.WhichOneof("method") == "lora":
        return LoraMethod(
            targets=tuple(message.lora.targets),
            scale=message.lora.scale,
            dropout=message.lora.dropout,
            rank_stabilized=message.lora.rank_stabilized,
            weight_decomposed=message.lora.weight_decomposed,
        )
    faults.require(message.WhichOneof("method") == "full_weights", "method", "none", "lora or full_weights")
    return FullWeightsMethod()


def _batch_plan_from_wire(message: run_pb2.BatchPlan) -> BatchPlan:
    return BatchPlan(tuple(tuple(tuple(batch.datum_indices) for batch in step.micro_batches) for step in message.steps))


def _optimizer_from_wire(message: run_pb2.OptimizerSettings, faults: Faults) -> OptimizerSettings:
    schedule = _SCHEDULES.get(message.schedule)
    faults.require(schedule is not None, "optimizer.schedule", int(message.schedule), "constant, linear, cosine or WSD")
    return OptimizerSettings(
        learning_rate=message.learning_rate,
        beta1=message.beta1,
        beta2=message.beta2,
        epsilon=message.epsilon,
        weight_decay=message.weight_decay,
        max_gradient_norm=message.max_gradient_norm,
        schedule=schedule or "constant",
        warmup_steps=message.warmup_steps,
        final_learning_rate_share=message.final_learning_rate_share,
        decay_steps=message.decay_steps,
        eight_bit=message.eight_bit,
    )
