"""The plain values that core takes and gives: frozen dataclasses, no torch, no grpc.

They mirror the messages of proto/midblock/v1; ``midblock_server.wire`` translates between the two. Meaning, units and
ranges stand in the proto files; here only what differs is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Literal

BlockPart = Literal["attention", "mlp"]
FinishReason = Literal["stop-token", "stop-string", "length"]


@dataclass(frozen=True)
class LoadSettings:
    """How to load a model.

    ``source`` is a built-in name, a folder with safetensors, a GGUF file, or a hub id. ``device`` is "auto", "cpu",
    "cuda", "cuda:1", "mps". ``dtype`` is "auto" (measured), "float32", "bfloat16", "float16". ``quantization`` is
    "none" or "nf4". ``cache_folder`` holds converted and downloaded models. ``threads`` 0 takes the physical cores, or
    OMP_NUM_THREADS where that is set.
    """

    source: str
    cache_folder: Path
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0
    max_sequence_tokens: int = 0  # 0: the model's context length
    quantization: str = "none"


@dataclass(frozen=True)
class DeviceFacts:
    name: str
    description: str
    memory_bytes: int
    dtype: str
    dtype_reason: str
    threads: int


@dataclass(frozen=True)
class BlockLinear:
    name: str
    part: BlockPart
    in_features: int
    out_features: int
    blocks: tuple[int, ...] = ()


@dataclass(frozen=True)
class BlockNorm:
    name: str
    size: int
    blocks: tuple[int, ...] = ()


@dataclass(frozen=True)
class ParameterCounts:
    total: int
    embedding: int
    by_block: tuple[int, ...]
    final_norm: int
    head: int


@dataclass(frozen=True)
class SpecialTokens:
    bos_id: int | None
    eos_ids: tuple[int, ...]
    pad_id: int | None


@dataclass(frozen=True)
class TemplateProbe:
    """A conversation as JSON, the text that transformers makes of it, and when: "YYYY-MM-DDTHH:MM:SS", local time."""

    messages_json: str
    local_time: str
    text: str


@dataclass(frozen=True)
class ModelCard:
    name: str
    architecture: str
    block_count: int
    hidden_size: int
    vocabulary_size: int
    context_length: int
    tied_embeddings: bool
    parameters: ParameterCounts
    block_linears: tuple[BlockLinear, ...]
    special_tokens: SpecialTokens
    tokenizer_json: str
    tokenizer_config_json: str
    chat_template: str | None
    weights_hash: str
    probe_text: str
    probe_token_ids: tuple[int, ...]
    template_probe: TemplateProbe | None
    dtype: str
    license: str
    weights_folder: str
    block_norms: tuple[BlockNorm, ...] = ()
    quantization: str = "none"


@dataclass(frozen=True)
class Datum:
    token_ids: tuple[int, ...]
    loss_weights: tuple[float, ...]


# What the trainer yields, in order: one TrainingStarted, then StepDone and CheckpointWritten as they come,
# and exactly one TrainingStopped last. An error is raised, not yielded.


@dataclass(frozen=True)
class TrainingStarted:
    from_step: int
    steps_total: int
    trainable_names: tuple[str, ...]
    trainable_parameters: int
    total_parameters: int


@dataclass(frozen=True)
class StepDone:
    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    trained_tokens: int
    seconds: float
    peak_memory_bytes: int
    cached_prefix_tokens: int = 0
    base_divergence: float = 0.0
    joules: float | None = None


@dataclass(frozen=True)
class CheckpointWritten:
    """Written aside, fsynced and renamed: ``folder`` is whole or is not there. The hash is ``trained_weights_hash``."""

    step: int
    folder: Path
    bytes: int
    weights_hash: str


@dataclass(frozen=True)
class TrainingWarning:
    code: str
    message: str


class StopReason(Enum):
    COMPLETED = "completed"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    WAITING = "waiting"  # an open run has made the steps it knows


@dataclass(frozen=True)
class TrainingStopped:
    """``why`` tells why it completed before its last step, in kebab case, where that was core's own doing."""

    reason: StopReason
    steps_done: int
    why: str = ""


TrainerEvent = TrainingStarted | StepDone | CheckpointWritten | TrainingWarning | TrainingStopped


class Control(Enum):
    """What the owner of a run wants; asked before each step."""

    GO_ON = "go-on"
    PAUSE = "pause"
    CANCEL = "cancel"
    FINISH = "finish"  # complete with what is learnt so far


@dataclass(frozen=True)
class Sampling:
    temperature: float
    top_p: float
    top_k: int
    seed: int


@dataclass(frozen=True)
class SharedPrefix:
    first_block: int
    disk_bytes: int
    owner: str = ""


@dataclass(frozen=True)
class GenerateRequest:
    prompts: Sequence[Sequence[int]]
    max_new_tokens: int
    sampling: Sampling | None  # None: greedy
    stop_token_ids: frozenset[int] = frozenset()
    stop_strings: tuple[str, ...] = ()
    max_batch_rows: int = 0
    shared_prefix: SharedPrefix | None = None


@dataclass(frozen=True)
class Completion:
    index: int
    token_ids: tuple[int, ...]
    text: str
    finish_reason: FinishReason


@dataclass(frozen=True)
class ScoreSequence:
    token_ids: Sequence[int]
    first: int  # the proto's `from`, which is a keyword here


@dataclass(frozen=True)
class ScoreRequest:
    sequences: Sequence[ScoreSequence]
    kl_from_base: bool = False
    shared_prefix: SharedPrefix | None = None


@dataclass(frozen=True)
class SequenceScore:
    index: int
    log_probabilities: tuple[float, ...]
    is_greedy: tuple[bool, ...]
    kl_from_base: tuple[float, ...] = ()


@dataclass(frozen=True)
class ErrorDetail:
    code: str
    message: str
    found: str = ""
    wanted: str = ""
    next_step: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
