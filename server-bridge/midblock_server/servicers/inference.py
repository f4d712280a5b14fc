"""The Inference service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grpc

from midblock_server.core.errors import MidblockServerError
from midblock_server.gen.midblock.v1 import common_pb2, inference_pb2, inference_pb2_grpc
from midblock_server.limits import Limits
from midblock_server.model_host import ModelHost
from midblock_server.runs.store import RunStore
from midblock_server.servicers.runs import require_same_model
from midblock_server.streams import heartbeat, with_heartbeats
from midblock_server.wire.inference import (
    completion_to_wire,
    generate_request_from_wire,
    score_request_from_wire,
    sequence_score_to_wire,
)


class InferenceServicer(inference_pb2_grpc.InferenceServicer):
    def __init__(self, host: ModelHost, runs: RunStore, limits: Limits) -> None:
        self._host = host
        self._runs = runs
        self._limits = limits

    def Generate(
        self, request: inference_pb2.GenerateRequest, context: grpc.ServicerContext
    ) -> Iterator[inference_pb2.GenerateResponse]:
        self._require_few(len(request.prompts))
        wanted = generate_request_from_wire(request)
        for completion in with_heartbeats(
            lambda cancelled: self._host.wait().generate(self._weights(request.model), wanted, cancelled),
            context,
            self._limits.heartbeat_seconds,
        ):
            if completion is None:
                yield inference_pb2.GenerateResponse(heartbeat=heartbeat())
            else:
                yield completion_to_wire(completion)

    def Score(
        self, request: inference_pb2.ScoreRequest, context: grpc.ServicerContext
    ) -> Iterator[inference_pb2.ScoreResponse]:
        self._require_few(len(request.sequences))
        wanted = score_request_from_wire(request)
        for score in with_heartbeats(
            lambda cancelled: self._host.wait().score(self._weights(request.model), wanted, cancelled),
            context,
            self._limits.heartbeat_seconds,
        ):
            if score is None:
                yield inference_pb2.ScoreResponse(heartbeat=heartbeat())
            else:
                yield sequence_score_to_wire(score)

    def _weights(self, model: common_pb2.ModelReference) -> Path | None:
        match model.WhichOneof("weights"):
            case "base":
                return None
            case "run":
                step = model.run.step if model.run.HasField("step") else None
                checkpoint = self._runs.checkpoint_folder(model.run.run_id, step)
                require_same_model(self._runs, model.run.run_id, self._host)
                return checkpoint
            case _:
                raise MidblockServerError(
                    "invalid-options", "The request names no weights.", found="model: none", wanted="base or run"
                )

    def _require_few(self, found: int) -> None:
        most = self._limits.max_request_sequences
        if found > most:
            raise MidblockServerError(
                "limit-exceeded",
                "The request has too many sequences.",
                found=str(found),
                wanted=f"at most {most}",
                next_step="Split the request.",
                facts={"limit": "max_request_sequences"},
            )
