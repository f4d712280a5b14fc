from midblock_server.gen.midblock.v1 import common_pb2 as _common_pb2
from midblock_server.gen.midblock.v1 import run_pb2 as _run_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RunPreflightRequest(_message.Message):
    __slots__ = ("specification", "sequence_tokens", "trained_tokens", "prompt_tokens", "max_new_tokens", "prompt_rows", "accumulates", "measure_anew")
    SPECIFICATION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TRAINED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    MAX_NEW_TOKENS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_ROWS_FIELD_NUMBER: _ClassVar[int]
    ACCUMULATES_FIELD_NUMBER: _ClassVar[int]
    MEASURE_ANEW_FIELD_NUMBER: _ClassVar[int]
    specification: _run_pb2.RunSpecification
    sequence_tokens: _containers.RepeatedScalarFieldContainer[int]
    trained_tokens: int
    prompt_tokens: int
    max_new_tokens: int
    prompt_rows: int
    accumulates: bool
    measure_anew: bool
    def __init__(self, specification: _Optional[_Union[_run_pb2.RunSpecification, _Mapping]] = ..., sequence_tokens: _Optional[_Iterable[int]] = ..., trained_tokens: _Optional[int] = ..., prompt_tokens: _Optional[int] = ..., max_new_tokens: _Optional[int] = ..., prompt_rows: _Optional[int] = ..., accumulates: _Optional[bool] = ..., measure_anew: _Optional[bool] = ...) -> None: ...

class RunPreflightResponse(_message.Message):
    __slots__ = ("heartbeat", "report")
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    heartbeat: _common_pb2.Heartbeat
    report: PreflightReport
    def __init__(self, heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping]] = ..., report: _Optional[_Union[PreflightReport, _Mapping]] = ...) -> None: ...

class PreflightReport(_message.Message):
    __slots__ = ("memory", "training_peak_bytes", "generation_peak_bytes", "available_bytes", "fits", "micro_batch_seconds", "update_seconds", "micro_batch_joules", "measured_unix_seconds")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    TRAINING_PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    GENERATION_PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FITS_FIELD_NUMBER: _ClassVar[int]
    MICRO_BATCH_SECONDS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MICRO_BATCH_JOULES_FIELD_NUMBER: _ClassVar[int]
    MEASURED_UNIX_SECONDS_FIELD_NUMBER: _ClassVar[int]
    memory: MemoryParts
    training_peak_bytes: int
    generation_peak_bytes: int
    available_bytes: int
    fits: bool
    micro_batch_seconds: float
    update_seconds: float
    micro_batch_joules: float
    measured_unix_seconds: float
    def __init__(self, memory: _Optional[_Union[MemoryParts, _Mapping]] = ..., training_peak_bytes: _Optional[int] = ..., generation_peak_bytes: _Optional[int] = ..., available_bytes: _Optional[int] = ..., fits: _Optional[bool] = ..., micro_batch_seconds: _Optional[float] = ..., update_seconds: _Optional[float] = ..., micro_batch_joules: _Optional[float] = ..., measured_unix_seconds: _Optional[float] = ...) -> None: ...

class MemoryParts(_message.Message):
    __slots__ = ("weights", "trainable", "gradients", "optimizer", "activations", "key_value_cache")
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    TRAINABLE_FIELD_NUMBER: _ClassVar[int]
    GRADIENTS_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_FIELD_NUMBER: _ClassVar[int]
    ACTIVATIONS_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_CACHE_FIELD_NUMBER: _ClassVar[int]
    weights: int
    trainable: int
    gradients: int
    optimizer: int
    activations: int
    key_value_cache: int
    def __init__(self, weights: _Optional[int] = ..., trainable: _Optional[int] = ..., gradients: _Optional[int] = ..., optimizer: _Optional[int] = ..., activations: _Optional[int] = ..., key_value_cache: _Optional[int] = ...) -> None: ...
