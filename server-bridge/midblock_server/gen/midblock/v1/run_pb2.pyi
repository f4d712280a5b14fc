from midblock_server.gen.midblock.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Schedule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEDULE_UNSPECIFIED: _ClassVar[Schedule]
    SCHEDULE_CONSTANT: _ClassVar[Schedule]
    SCHEDULE_LINEAR: _ClassVar[Schedule]
    SCHEDULE_COSINE: _ClassVar[Schedule]
    SCHEDULE_WARMUP_STABLE_DECAY: _ClassVar[Schedule]

class RunState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUN_STATE_UNSPECIFIED: _ClassVar[RunState]
    RUN_STATE_QUEUED: _ClassVar[RunState]
    RUN_STATE_RUNNING: _ClassVar[RunState]
    RUN_STATE_PAUSED: _ClassVar[RunState]
    RUN_STATE_COMPLETED: _ClassVar[RunState]
    RUN_STATE_CANCELLED: _ClassVar[RunState]
    RUN_STATE_FAILED: _ClassVar[RunState]
    RUN_STATE_INTERRUPTED: _ClassVar[RunState]
    RUN_STATE_WAITING: _ClassVar[RunState]

class ArtifactForm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARTIFACT_FORM_UNSPECIFIED: _ClassVar[ArtifactForm]
    ARTIFACT_FORM_TRAINED: _ClassVar[ArtifactForm]
    ARTIFACT_FORM_MERGED: _ClassVar[ArtifactForm]
SCHEDULE_UNSPECIFIED: Schedule
SCHEDULE_CONSTANT: Schedule
SCHEDULE_LINEAR: Schedule
SCHEDULE_COSINE: Schedule
SCHEDULE_WARMUP_STABLE_DECAY: Schedule
RUN_STATE_UNSPECIFIED: RunState
RUN_STATE_QUEUED: RunState
RUN_STATE_RUNNING: RunState
RUN_STATE_PAUSED: RunState
RUN_STATE_COMPLETED: RunState
RUN_STATE_CANCELLED: RunState
RUN_STATE_FAILED: RunState
RUN_STATE_INTERRUPTED: RunState
RUN_STATE_WAITING: RunState
ARTIFACT_FORM_UNSPECIFIED: ArtifactForm
ARTIFACT_FORM_TRAINED: ArtifactForm
ARTIFACT_FORM_MERGED: ArtifactForm

class RunSpecification(_message.Message):
    __slots__ = ("dataset_hashes", "layer_plan", "lora", "full_weights", "batch_plan", "optimizer", "seed", "checkpoint_every_steps", "keep_checkpoints", "weights_hash", "client_notes", "steps_total", "open", "train_norms", "phases", "base_divergence_weight", "max_loss_growth", "max_seconds", "compute")
    DATASET_HASHES_FIELD_NUMBER: _ClassVar[int]
    LAYER_PLAN_FIELD_NUMBER: _ClassVar[int]
    LORA_FIELD_NUMBER: _ClassVar[int]
    FULL_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    BATCH_PLAN_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_EVERY_STEPS_FIELD_NUMBER: _ClassVar[int]
    KEEP_CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_HASH_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NOTES_FIELD_NUMBER: _ClassVar[int]
    STEPS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    TRAIN_NORMS_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    BASE_DIVERGENCE_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    MAX_LOSS_GROWTH_FIELD_NUMBER: _ClassVar[int]
    MAX_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COMPUTE_FIELD_NUMBER: _ClassVar[int]
    dataset_hashes: _containers.RepeatedScalarFieldContainer[str]
    layer_plan: LayerPlan
    lora: LoraMethod
    full_weights: FullWeightsMethod
    batch_plan: BatchPlan
    optimizer: OptimizerSettings
    seed: int
    checkpoint_every_steps: int
    keep_checkpoints: int
    weights_hash: str
    client_notes: str
    steps_total: int
    open: bool
    train_norms: bool
    phases: _containers.RepeatedCompositeFieldContainer[PlanPhase]
    base_divergence_weight: float
    max_loss_growth: float
    max_seconds: float
    compute: ComputeSettings
    def __init__(self, dataset_hashes: _Optional[_Iterable[str]] = ..., layer_plan: _Optional[_Union[LayerPlan, _Mapping]] = ..., lora: _Optional[_Union[LoraMethod, _Mapping]] = ..., full_weights: _Optional[_Union[FullWeightsMethod, _Mapping]] = ..., batch_plan: _Optional[_Union[BatchPlan, _Mapping]] = ..., optimizer: _Optional[_Union[OptimizerSettings, _Mapping]] = ..., seed: _Optional[int] = ..., checkpoint_every_steps: _Optional[int] = ..., keep_checkpoints: _Optional[int] = ..., weights_hash: _Optional[str] = ..., client_notes: _Optional[str] = ..., steps_total: _Optional[int] = ..., open: _Optional[bool] = ..., train_norms: _Optional[bool] = ..., phases: _Optional[_Iterable[_Union[PlanPhase, _Mapping]]] = ..., base_divergence_weight: _Optional[float] = ..., max_loss_growth: _Optional[float] = ..., max_seconds: _Optional[float] = ..., compute: _Optional[_Union[ComputeSettings, _Mapping]] = ...) -> None: ...

class PlanPhase(_message.Message):
    __slots__ = ("from_step", "block_indices")
    FROM_STEP_FIELD_NUMBER: _ClassVar[int]
    BLOCK_INDICES_FIELD_NUMBER: _ClassVar[int]
    from_step: int
    block_indices: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, from_step: _Optional[int] = ..., block_indices: _Optional[_Iterable[int]] = ...) -> None: ...

class ComputeSettings(_message.Message):
    __slots__ = ("gradient_checkpointing", "compile", "prefix_cache_memory_bytes", "prefix_cache_disk_bytes")
    GRADIENT_CHECKPOINTING_FIELD_NUMBER: _ClassVar[int]
    COMPILE_FIELD_NUMBER: _ClassVar[int]
    PREFIX_CACHE_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    PREFIX_CACHE_DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    gradient_checkpointing: bool
    compile: bool
    prefix_cache_memory_bytes: int
    prefix_cache_disk_bytes: int
    def __init__(self, gradient_checkpointing: _Optional[bool] = ..., compile: _Optional[bool] = ..., prefix_cache_memory_bytes: _Optional[int] = ..., prefix_cache_disk_bytes: _Optional[int] = ...) -> None: ...

class LayerPlan(_message.Message):
    __slots__ = ("blocks", "block_count")
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_COUNT_FIELD_NUMBER: _ClassVar[int]
    blocks: _containers.RepeatedCompositeFieldContainer[BlockPlan]
    block_count: int
    def __init__(self, blocks: _Optional[_Iterable[_Union[BlockPlan, _Mapping]]] = ..., block_count: _Optional[int] = ...) -> None: ...

class BlockPlan(_message.Message):
    __slots__ = ("index", "rank")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    index: int
    rank: int
    def __init__(self, index: _Optional[int] = ..., rank: _Optional[int] = ...) -> None: ...

class LoraMethod(_message.Message):
    __slots__ = ("targets", "scale", "dropout", "rank_stabilized", "weight_decomposed")
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    DROPOUT_FIELD_NUMBER: _ClassVar[int]
    RANK_STABILIZED_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_DECOMPOSED_FIELD_NUMBER: _ClassVar[int]
    targets: _containers.RepeatedScalarFieldContainer[str]
    scale: float
    dropout: float
    rank_stabilized: bool
    weight_decomposed: bool
    def __init__(self, targets: _Optional[_Iterable[str]] = ..., scale: _Optional[float] = ..., dropout: _Optional[float] = ..., rank_stabilized: _Optional[bool] = ..., weight_decomposed: _Optional[bool] = ...) -> None: ...

class FullWeightsMethod(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BatchPlan(_message.Message):
    __slots__ = ("steps",)
    STEPS_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    def __init__(self, steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("micro_batches",)
    MICRO_BATCHES_FIELD_NUMBER: _ClassVar[int]
    micro_batches: _containers.RepeatedCompositeFieldContainer[MicroBatch]
    def __init__(self, micro_batches: _Optional[_Iterable[_Union[MicroBatch, _Mapping]]] = ...) -> None: ...

class MicroBatch(_message.Message):
    __slots__ = ("datum_indices",)
    DATUM_INDICES_FIELD_NUMBER: _ClassVar[int]
    datum_indices: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, datum_indices: _Optional[_Iterable[int]] = ...) -> None: ...

class OptimizerSettings(_message.Message):
    __slots__ = ("learning_rate", "beta1", "beta2", "epsilon", "weight_decay", "max_gradient_norm", "schedule", "warmup_steps", "final_learning_rate_share", "decay_steps", "eight_bit")
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    BETA1_FIELD_NUMBER: _ClassVar[int]
    BETA2_FIELD_NUMBER: _ClassVar[int]
    EPSILON_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_DECAY_FIELD_NUMBER: _ClassVar[int]
    MAX_GRADIENT_NORM_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    WARMUP_STEPS_FIELD_NUMBER: _ClassVar[int]
    FINAL_LEARNING_RATE_SHARE_FIELD_NUMBER: _ClassVar[int]
    DECAY_STEPS_FIELD_NUMBER: _ClassVar[int]
    EIGHT_BIT_FIELD_NUMBER: _ClassVar[int]
    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    max_gradient_norm: float
    schedule: Schedule
    warmup_steps: int
    final_learning_rate_share: float
    decay_steps: int
    eight_bit: bool
    def __init__(self, learning_rate: _Optional[float] = ..., beta1: _Optional[float] = ..., beta2: _Optional[float] = ..., epsilon: _Optional[float] = ..., weight_decay: _Optional[float] = ..., max_gradient_norm: _Optional[float] = ..., schedule: _Optional[_Union[Schedule, str]] = ..., warmup_steps: _Optional[int] = ..., final_learning_rate_share: _Optional[float] = ..., decay_steps: _Optional[int] = ..., eight_bit: _Optional[bool] = ...) -> None: ...

class StartRunRequest(_message.Message):
    __slots__ = ("key", "specification")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SPECIFICATION_FIELD_NUMBER: _ClassVar[int]
    key: str
    specification: RunSpecification
    def __init__(self, key: _Optional[str] = ..., specification: _Optional[_Union[RunSpecification, _Mapping]] = ...) -> None: ...

class GetRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class ListRunsRequest(_message.Message):
    __slots__ = ("limit", "before_run_id")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    limit: int
    before_run_id: str
    def __init__(self, limit: _Optional[int] = ..., before_run_id: _Optional[str] = ...) -> None: ...

class ListRunsResponse(_message.Message):
    __slots__ = ("runs", "more")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[RunRecord]
    more: bool
    def __init__(self, runs: _Optional[_Iterable[_Union[RunRecord, _Mapping]]] = ..., more: _Optional[bool] = ...) -> None: ...

class RunRecord(_message.Message):
    __slots__ = ("run_id", "key", "state", "specification", "steps_done", "steps_total", "last_sequence", "checkpoints", "created_unix_seconds", "ended_unix_seconds", "error")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SPECIFICATION_FIELD_NUMBER: _ClassVar[int]
    STEPS_DONE_FIELD_NUMBER: _ClassVar[int]
    STEPS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    CREATED_UNIX_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ENDED_UNIX_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    key: str
    state: RunState
    specification: RunSpecification
    steps_done: int
    steps_total: int
    last_sequence: int
    checkpoints: _containers.RepeatedCompositeFieldContainer[Checkpoint]
    created_unix_seconds: float
    ended_unix_seconds: float
    error: _common_pb2.ErrorDetail
    def __init__(self, run_id: _Optional[str] = ..., key: _Optional[str] = ..., state: _Optional[_Union[RunState, str]] = ..., specification: _Optional[_Union[RunSpecification, _Mapping]] = ..., steps_done: _Optional[int] = ..., steps_total: _Optional[int] = ..., last_sequence: _Optional[int] = ..., checkpoints: _Optional[_Iterable[_Union[Checkpoint, _Mapping]]] = ..., created_unix_seconds: _Optional[float] = ..., ended_unix_seconds: _Optional[float] = ..., error: _Optional[_Union[_common_pb2.ErrorDetail, _Mapping]] = ...) -> None: ...

class Checkpoint(_message.Message):
    __slots__ = ("step", "bytes", "unix_seconds", "weights_hash")
    STEP_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    UNIX_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_HASH_FIELD_NUMBER: _ClassVar[int]
    step: int
    bytes: int
    unix_seconds: float
    weights_hash: str
    def __init__(self, step: _Optional[int] = ..., bytes: _Optional[int] = ..., unix_seconds: _Optional[float] = ..., weights_hash: _Optional[str] = ...) -> None: ...

class WatchRunRequest(_message.Message):
    __slots__ = ("run_id", "from_sequence")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    from_sequence: int
    def __init__(self, run_id: _Optional[str] = ..., from_sequence: _Optional[int] = ...) -> None: ...

class WatchRunResponse(_message.Message):
    __slots__ = ("event", "heartbeat")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    event: RunEvent
    heartbeat: _common_pb2.Heartbeat
    def __init__(self, event: _Optional[_Union[RunEvent, _Mapping]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class RunEvent(_message.Message):
    __slots__ = ("sequence", "unix_seconds", "run_queued", "run_started", "step_ended", "checkpoint_saved", "warning", "run_paused", "run_interrupted", "run_ended", "run_waiting")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    UNIX_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RUN_QUEUED_FIELD_NUMBER: _ClassVar[int]
    RUN_STARTED_FIELD_NUMBER: _ClassVar[int]
    STEP_ENDED_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_SAVED_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    RUN_PAUSED_FIELD_NUMBER: _ClassVar[int]
    RUN_INTERRUPTED_FIELD_NUMBER: _ClassVar[int]
    RUN_ENDED_FIELD_NUMBER: _ClassVar[int]
    RUN_WAITING_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    unix_seconds: float
    run_queued: RunQueued
    run_started: RunStarted
    step_ended: StepEnded
    checkpoint_saved: CheckpointSaved
    warning: RunWarning
    run_paused: RunPaused
    run_interrupted: RunInterrupted
    run_ended: RunEnded
    run_waiting: RunWaiting
    def __init__(self, sequence: _Optional[int] = ..., unix_seconds: _Optional[float] = ..., run_queued: _Optional[_Union[RunQueued, _Mapping]] = ..., run_started: _Optional[_Union[RunStarted, _Mapping]] = ..., step_ended: _Optional[_Union[StepEnded, _Mapping]] = ..., checkpoint_saved: _Optional[_Union[CheckpointSaved, _Mapping]] = ..., warning: _Optional[_Union[RunWarning, _Mapping]] = ..., run_paused: _Optional[_Union[RunPaused, _Mapping]] = ..., run_interrupted: _Optional[_Union[RunInterrupted, _Mapping]] = ..., run_ended: _Optional[_Union[RunEnded, _Mapping]] = ..., run_waiting: _Optional[_Union[RunWaiting, _Mapping]] = ...) -> None: ...

class RunQueued(_message.Message):
    __slots__ = ("runs_ahead",)
    RUNS_AHEAD_FIELD_NUMBER: _ClassVar[int]
    runs_ahead: int
    def __init__(self, runs_ahead: _Optional[int] = ...) -> None: ...

class RunStarted(_message.Message):
    __slots__ = ("from_step", "steps_total", "trainable_names", "trainable_parameters", "total_parameters")
    FROM_STEP_FIELD_NUMBER: _ClassVar[int]
    STEPS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    TRAINABLE_NAMES_FIELD_NUMBER: _ClassVar[int]
    TRAINABLE_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    from_step: int
    steps_total: int
    trainable_names: _containers.RepeatedScalarFieldContainer[str]
    trainable_parameters: int
    total_parameters: int
    def __init__(self, from_step: _Optional[int] = ..., steps_total: _Optional[int] = ..., trainable_names: _Optional[_Iterable[str]] = ..., trainable_parameters: _Optional[int] = ..., total_parameters: _Optional[int] = ...) -> None: ...

class StepEnded(_message.Message):
    __slots__ = ("step", "loss", "learning_rate", "gradient_norm", "tokens", "trained_tokens", "seconds", "peak_memory_bytes", "cached_prefix_tokens", "base_divergence", "joules")
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_NORM_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TRAINED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    PEAK_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    CACHED_PREFIX_TOKENS_FIELD_NUMBER: _ClassVar[int]
    BASE_DIVERGENCE_FIELD_NUMBER: _ClassVar[int]
    JOULES_FIELD_NUMBER: _ClassVar[int]
    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    trained_tokens: int
    seconds: float
    peak_memory_bytes: int
    cached_prefix_tokens: int
    base_divergence: float
    joules: float
    def __init__(self, step: _Optional[int] = ..., loss: _Optional[float] = ..., learning_rate: _Optional[float] = ..., gradient_norm: _Optional[float] = ..., tokens: _Optional[int] = ..., trained_tokens: _Optional[int] = ..., seconds: _Optional[float] = ..., peak_memory_bytes: _Optional[int] = ..., cached_prefix_tokens: _Optional[int] = ..., base_divergence: _Optional[float] = ..., joules: _Optional[float] = ...) -> None: ...

class CheckpointSaved(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: Checkpoint
    def __init__(self, checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ...) -> None: ...

class RunWarning(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class RunPaused(_message.Message):
    __slots__ = ("step",)
    STEP_FIELD_NUMBER: _ClassVar[int]
    step: int
    def __init__(self, step: _Optional[int] = ...) -> None: ...

class RunInterrupted(_message.Message):
    __slots__ = ("checkpoint_step",)
    CHECKPOINT_STEP_FIELD_NUMBER: _ClassVar[int]
    checkpoint_step: int
    def __init__(self, checkpoint_step: _Optional[int] = ...) -> None: ...

class RunWaiting(_message.Message):
    __slots__ = ("step",)
    STEP_FIELD_NUMBER: _ClassVar[int]
    step: int
    def __init__(self, step: _Optional[int] = ...) -> None: ...

class RunEnded(_message.Message):
    __slots__ = ("state", "steps_done", "error", "reason")
    STATE_FIELD_NUMBER: _ClassVar[int]
    STEPS_DONE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    state: RunState
    steps_done: int
    error: _common_pb2.ErrorDetail
    reason: str
    def __init__(self, state: _Optional[_Union[RunState, str]] = ..., steps_done: _Optional[int] = ..., error: _Optional[_Union[_common_pb2.ErrorDetail, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class PauseRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class ResumeRunRequest(_message.Message):
    __slots__ = ("run_id", "step")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    step: int
    def __init__(self, run_id: _Optional[str] = ..., step: _Optional[int] = ...) -> None: ...

class ExtendRunRequest(_message.Message):
    __slots__ = ("run_id", "number", "dataset_hashes", "batch_plan", "client_notes")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATASET_HASHES_FIELD_NUMBER: _ClassVar[int]
    BATCH_PLAN_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NOTES_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    number: int
    dataset_hashes: _containers.RepeatedScalarFieldContainer[str]
    batch_plan: BatchPlan
    client_notes: str
    def __init__(self, run_id: _Optional[str] = ..., number: _Optional[int] = ..., dataset_hashes: _Optional[_Iterable[str]] = ..., batch_plan: _Optional[_Union[BatchPlan, _Mapping]] = ..., client_notes: _Optional[str] = ...) -> None: ...

class FinishRunRequest(_message.Message):
    __slots__ = ("run_id", "reason")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    reason: str
    def __init__(self, run_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RemoveCheckpointRequest(_message.Message):
    __slots__ = ("run_id", "step")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    step: int
    def __init__(self, run_id: _Optional[str] = ..., step: _Optional[int] = ...) -> None: ...

class FetchArtifactsRequest(_message.Message):
    __slots__ = ("run_id", "step", "form")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    step: int
    form: ArtifactForm
    def __init__(self, run_id: _Optional[str] = ..., step: _Optional[int] = ..., form: _Optional[_Union[ArtifactForm, str]] = ...) -> None: ...

class FetchArtifactsResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ArtifactHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ArtifactHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ArtifactHeader(_message.Message):
    __slots__ = ("path", "bytes", "sha256")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    path: str
    bytes: int
    sha256: str
    def __init__(self, path: _Optional[str] = ..., bytes: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...
