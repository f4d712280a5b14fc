"""What the trainer reports, as events of the contract. Sequence number and time are set by the store."""

from __future__ import annotations

from midblock_server.core.types import StepDone, TrainingStarted, TrainingWarning
from midblock_server.gen.midblock.v1 import run_pb2


def training_started_to_wire(event: TrainingStarted) -> run_pb2.RunEvent:
    return run_pb2.RunEvent(
        run_started=run_pb2.RunStarted(
            from_step=event.from_step,
            steps_total=event.steps_total,
            trainable_names=event.trainable_names,
            trainable_parameters=event.trainable_parameters,
            total_parameters=event.total_parameters,
        )
    )


def step_done_to_wire(event: StepDone) -> run_pb2.RunEvent:
    return run_pb2.RunEvent(
        step_ended=run_pb2.StepEnded(
            step=event.step,
            loss=event.loss,
            learning_rate=event.learning_rate,
            gradient_norm=event.gradient_norm,
            tokens=event.tokens,
            trained_tokens=event.trained_tokens,
            seconds=event.seconds,
            peak_memory_bytes=event.peak_memory_bytes,
            cached_prefix_tokens=event.cached_prefix_tokens,
            base_divergence=event.base_divergence,
            joules=event.joules,
        )
    )


def warning_to_wire(event: TrainingWarning) -> run_pb2.RunEvent:
    return run_pb2.RunEvent(warning=run_pb2.RunWarning(code=event.code, message=event.message))
