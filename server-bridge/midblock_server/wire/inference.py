"""Generation and scoring, both ways."""

from __future__ import annotations

import math

from midblock_server.core.types import (
    Completion,
    FinishReason,
    GenerateRequest,
    Sampling,
    ScoreRequest,
    ScoreSequence,
    SequenceScore,
)
from midblock_server.faults import Faults
from midblock_server.gen.midblock.v1 import inference_pb2

_FINISH_REASONS: dict[FinishReason, inference_pb2.FinishReason] = {
    "stop-token": inference_pb2.FINISH_REASON_STOP_TOKEN,
    "stop-string": inference_pb2.FINISH_REASON_STOP_STRING,
    "length": inference_pb2.FINISH_REASON_LENGTH,
}


def generate_request_from_wire(message: inference_pb2.GenerateRequest, faults: Faults) -> GenerateRequest:
    faults.require(len(message.prompts) > 0, "prompts", "none", "at least one prompt")
    faults.require(message.max_new_tokens >= 1, "max_new_tokens", message.max_new_tokens, "1 or more")
    for place, text in enumerate(message.stop_strings):
        faults.require(text != "", f"stop_strings[{place}]", "an empty text", "at least one character")
    return GenerateRequest(
        prompts=[list(prompt.token_ids) for prompt in message.prompts],
        max_new_tokens=message.max_new_tokens,
        sampling=_sampling_from_wire(message, faults),
        stop_token_ids=frozenset(message.stop_token_ids),
        stop_strings=tuple(message.stop_strings),
        max_batch_rows=message.max_batch_rows,
    )


def _sampling_from_wire(message: inference_pb2.GenerateRequest, faults: Faults) -> Sampling | None:
    match message.WhichOneof("picking"):
        case "greedy":
            return None
        case "sampling":
            wanted = message.sampling
            faults.require(
                wanted.temperature > 0 and math.isfinite(wanted.temperature),
                "sampling.temperature",
                wanted.temperature,
                "above 0",
            )
            faults.require(0 < wanted.top_p <= 1, "sampling.top_p", wanted.top_p, "above 0, at most 1")
            return Sampling(wanted.temperature, wanted.top_p, wanted.top_k, wanted.seed)
        case _:
            faults.add("picking", "none", "greedy or sampling")
            return None


def score_request_from_wire(message: inference_pb2.ScoreRequest, faults: Faults) -> ScoreRequest:
    faults.require(len(message.sequences) > 0, "sequences", "none", "at least one sequence")
    for place, sequence in enumerate(message.sequences):
        length = len(sequence.token_ids)
        faults.require(length >= 2, f"sequences[{place}].token_ids", f"{length} tokens", "at least 2")
        first = getattr(sequence, "from")
        faults.require(1 <= first < max(length, 2), f"sequences[{place}].from", first, f"1 to {max(length, 2) - 1}")
    return ScoreRequest(
        sequences=[ScoreSequence(list(one.token_ids), getattr(one, "from")) for one in message.sequences],
        kl_from_base=message.kl_from_base,
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
