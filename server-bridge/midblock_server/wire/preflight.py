"""Preflights, both ways."""

from __future__ import annotations

from midblock_server.core.preflight_values import MemoryParts, PreflightReport, PreflightRequest
from midblock_server.gen.midblock.v1 import preflight_pb2
from midblock_server.runs.admission import read_specification


def preflight_request_from_wire(message: preflight_pb2.RunPreflightRequest) -> PreflightRequest:
    """Translates; raises "invalid-options" for what is unset."""
    return PreflightRequest(
        specification=read_specification(message.specification),
        sequence_tokens=tuple(message.sequence_tokens),
        trained_tokens=message.trained_tokens,
        prompt_tokens=message.prompt_tokens,
        max_new_tokens=message.max_new_tokens,
        prompt_rows=message.prompt_rows,
        accumulates=message.accumulates,
    )


def preflight_report_to_wire(report: PreflightReport) -> preflight_pb2.PreflightReport:
    memory = report.memory
    return preflight_pb2.PreflightReport(
        memory=preflight_pb2.MemoryParts(
            weights=memory.weights,
            trainable=memory.trainable,
            gradients=memory.gradients,
            optimizer=memory.optimizer,
            activations=memory.activations,
            key_value_cache=memory.key_value_cache,
        ),
        training_peak_bytes=report.training_peak_bytes,
        generation_peak_bytes=report.generation_peak_bytes,
        available_bytes=report.available_bytes,
        fits=report.fits,
        micro_batch_seconds=report.micro_batch_seconds,
        update_seconds=report.update_seconds,
        micro_batch_joules=report.micro_batch_joules,
        measured_unix_seconds=report.measured_unix_seconds,
    )


def preflight_report_from_wire(message: preflight_pb2.PreflightReport) -> PreflightReport:
    memory = message.memory
    return PreflightReport(
        memory=MemoryParts(
            weights=memory.weights,
            trainable=memory.trainable,
            gradients=memory.gradients,
            optimizer=memory.optimizer,
            activations=memory.activations,
            key_value_cache=memory.key_value_cache,
        ),
        training_peak_bytes=message.training_peak_bytes,
        generation_peak_bytes=message.generation_peak_bytes,
        available_bytes=message.available_bytes,
        fits=message.fits,
        micro_batch_seconds=message.micro_batch_seconds,
        update_seconds=message.update_seconds,
        micro_batch_joules=message.micro_batch_joules if message.HasField("micro_batch_joules") else None,
        measured_unix_seconds=message.measured_unix_seconds if message.HasField("measured_unix_seconds") else None,
    )
