"""Refuses inference requests that can't be done, before anything is computed, naming all sequences at fault."""

from __future__ import annotations

from collections.abc import Sequence

from midblock_server.core.errors import RequestError
from midblock_server.core.model import LoadedModel
from midblock_server.core.types import GenerateRequest, Sampling, ScoreRequest, SharedPrefix

NAMED_FAULTS = 20
"""Most faults spelled out in one error; the rest are counted."""


def check_generate_request(model: LoadedModel, request: GenerateRequest) -> None:
    """Raises RequestError: "invalid-options" or "sequence-too-long"."""
    faults = [
        *_sampling_faults(request.sampling),
        *_option_faults(request),
        *_shared_prefix_faults(model, request.shared_prefix),
    ]
    for index, prompt in enumerate(request.prompts):
        if len(prompt) == 0:
            faults.append(f"prompt {index}: 0 tokens, wanted at least 1")
        faults += _vocabulary_faults(model, f"prompt {index}", prompt)
    _raise_if_any("The generation request can't be done.", faults)
    _check_lengths(model, "prompt", [len(prompt) + request.max_new_tokens for prompt in request.prompts])


def check_score_request(model: LoadedModel, request: ScoreRequest) -> None:
    """Raises RequestError: "invalid-options" or "sequence-too-long"."""
    faults = _shared_prefix_faults(model, request.shared_prefix)
    for index, sequence in enumerate(request.sequences):
        count = len(sequence.token_ids)
        if count < 2:
            faults.append(f"sequence {index}: {count} tokens, wanted at least 2")
        elif not 1 <= sequence.first < count:
            faults.append(f"sequence {index}: scored from position {sequence.first}, wanted 1 to {count - 1}")
        faults += _vocabulary_faults(model, f"sequence {index}", sequence.token_ids)
    _raise_if_any("The scoring request can't be done.", faults)
    # The last token is judged, and never given to the model.
    _check_lengths(model, "sequence", [len(sequence.token_ids) for sequence in request.sequences], judged=1)


def _option_faults(request: GenerateRequest) -> list[str]:
    faults = []
    if request.max_new_tokens < 1:
        faults.append(f"max_new_tokens: {request.max_new_tokens}, wanted 1 or more")
    if request.max_batch_rows < 0:
        faults.append(f"max_batch_rows: {request.max_batch_rows}, wanted 0 or more")
    if "" in request.stop_strings:
        faults.append("stop_strings: an empty one, which every text contains")
    return faults


def _shared_prefix_faults(model: LoadedModel, shared: SharedPrefix | None) -> list[str]:
    most = len(model.blocks) - 1
    if shared is None or 1 <= shared.first_block <= most:
        return []
    return [f"shared_prefix.first_block: {shared.first_block}, wanted 1 to {most}"]


def _sampling_faults(sampling: Sampling | None) -> list[str]:
    if sampling is None:
        return []
    faults = []
    if not 0 < sampling.temperature < float("inf"):
        faults.append(f"temperature: {sampling.temperature}, wanted above 0")
    if not 0 < sampling.top_p <= 1:
        faults.append(f"top_p: {sampling.top_p}, wanted above 0, at most 1")
    if sampling.top_k < 0:
        faults.append(f"top_k: {sampling.top_k}, wanted 0 or more")
    return faults


def _vocabulary_faults(model: LoadedModel, what: str, token_ids: Sequence[int]) -> list[str]:
    size = model.card.vocabulary_size
    outside = [token for token in token_ids if not 0 <= token < size]
    return [f"{what}: token id {outside[0]}, wanted 0 to {size - 1}"] if outside else []


def _check_lengths(model: LoadedModel, what: str, lengths: Sequence[int], judged: int = 0) -> None:
    limit = min(model.settings.max_sequence_tokens or model.card.context_length, model.card.context_length) + judged
    too_long = [index for index, length in enumerate(lengths) if length > limit]
    if not too_long:
        return
    named = ", ".join(f"{what} {index}: {lengths[index]} tokens" for index in too_long[:NAMED_FAULTS])
    raise RequestError(
        "sequence-too-long",
        f"{len(too_long)} of {len(lengths)} sequences do not fit the model.",
        found=named + _rest(len(too_long)),
        wanted=f"at most {limit} tokens{', new ones included' if what == 'prompt' else ''}",
        next_step="Shorten these, or ask for fewer new tokens." if what == "prompt" else "Shorten these.",
        facts={"index": str(too_long[0]), "found": str(lengths[too_long[0]]), "wanted": str(limit)},
    )


def _raise_if_any(message: str, faults: Sequence[str]) -> None:
    if faults:
        found = "; ".join(faults[:NAMED_FAULTS]) + _rest(len(faults))
        raise RequestError("invalid-options", message, found=found, wanted="no such fault", next_step="Correct these.")


def _rest(count: int) -> str:
    return f" and {count - NAMED_FAULTS} more" if count > NAMED_FAULTS else ""
