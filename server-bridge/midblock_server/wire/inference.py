"""Generation and scoring, both ways. Refuses what is unset; whether values fit is core's to judge."""

from __future__ import annotations

from midblock_server.core.errors import RequestError
from midblock_server.core.types import (
    Completion,
    FinishReason,
    GenerateRequest,
    Sampling,
    ScoreRequest,
    ScoreSequence,
    SequenceScore,
    SharedPrefix,
)
from midblock_server.gen.midblock.v1 import inference_pb2

_FINISH_REASONS: dict[FinishReason, inference_pb2.FinishReason] = {
    "stop-token": inference_pb2.FINISH_REASON_STOP_TOKEN,
    "stop-string": inference_pb2.FINISH_REASON_STOP_STRING,
    "length": inference_pb2.FINISH_REASON_LENGTH,
}


def generate_request_from_wire(message: inference_pb2.GenerateRequest) -> GenerateRequest:
    return GenerateRequest(
        prompts=[list(prompt.token_ids) for prompt in message.prompts],
        max_new_tokens=message.max_new_tokens,
        sampling=_sampling_from_wire(message),
        stop_token_ids=frozenset(message.stop_token_ids),
        stop_strings=tuple(message.stop_strings),
        max_batch_rows=message.max_batch_rows,
        shared_prefix=_shared_prefix_from_wire(message),
    )


def score_request_from_wire(message: inference_pb2.ScoreRequest) -> ScoreRequest:
    return ScoreRequest(
        # getattr, since `from` is a keyword of Python.
        sequences=[ScoreSequence(list(one.token_ids), getattr(one, "from")) for one in message.sequences],
        kl_from_base=message.kl_from_base,
        shared_prefix=_shared_prefix_from_wire(message),
    )


def completion_to_wire(completion: Completion) -> inference_pb2.GenerateResponse:
    return inference_pb2.GenerateResponse(
        completion=inference_pb2.Completion(
            index=completion.index,
            token_ids=completion.token_ids,
            text=completion.text,
            finish_reason=_FINISH_REASONS[completion.finish_reason],
        )
    )


def sequence_score_to_wire(score: SequenceScore) -> inference_pb2.ScoreResponse:
    return inference_pb2.ScoreResponse(
        score=inference_pb2.SequenceScore(
            index=score.index,
            log_probabilities=score.log_probabilities,
            is_greedy=score.is_greedy,
            kl_from_base=score.kl_from_base,
        )
    )


def _shared_prefix_from_wire(
    message: inference_pb2.GenerateRequest | inference_pb2.ScoreRequest,
) -> SharedPrefix | None:
    if not message.HasField("shared_prefix"):
        return None
    shared = message.shared_prefix
    return SharedPrefix(shared.first_block, shared.disk_bytes, shared.owner)


def _sampling_from_wire(message: inference_pb2.GenerateRequest) -> Sampling | None:
    match message.WhichOneof("picking"):
        case "greedy":
            return None
        case "sampling":
            wanted = message.sampling
            return Sampling(wanted.temperature, wanted.top_p, wanted.top_k, wanted.seed)
        case _:
            raise RequestError(
                "invalid-options",
                "The request to generate does not say how tokens are picked.",
                found="picking: none",
                wanted="greedy or sampling",
            )
