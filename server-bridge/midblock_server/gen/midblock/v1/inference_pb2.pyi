from midblock_server.gen.midblock.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FinishReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINISH_REASON_UNSPECIFIED: _ClassVar[FinishReason]
    FINISH_REASON_STOP_TOKEN: _ClassVar[FinishReason]
    FINISH_REASON_STOP_STRING: _ClassVar[FinishReason]
    FINISH_REASON_LENGTH: _ClassVar[FinishReason]
FINISH_REASON_UNSPECIFIED: FinishReason
FINISH_REASON_STOP_TOKEN: FinishReason
FINISH_REASON_STOP_STRING: FinishReason
FINISH_REASON_LENGTH: FinishReason

class SharedPrefix(_message.Message):
    __slots__ = ("first_block", "disk_bytes", "owner")
    FIRST_BLOCK_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    first_block: int
    disk_bytes: int
    owner: str
    def __init__(self, first_block: _Optional[int] = ..., disk_bytes: _Optional[int] = ..., owner: _Optional[str] = ...) -> None: ...

class TokenSequence(_message.Message):
    __slots__ = ("token_ids",)
    TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    token_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, token_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class GenerateRequest(_message.Message):
    __slots__ = ("model", "prompts", "max_new_tokens", "greedy", "sampling", "stop_token_ids", "stop_strings", "max_batch_rows", "shared_prefix")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROMPTS_FIELD_NUMBER: _ClassVar[int]
    MAX_NEW_TOKENS_FIELD_NUMBER: _ClassVar[int]
    GREEDY_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    STOP_TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    STOP_STRINGS_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_ROWS_FIELD_NUMBER: _ClassVar[int]
    SHARED_PREFIX_FIELD_NUMBER: _ClassVar[int]
    model: _common_pb2.ModelReference
    prompts: _containers.RepeatedCompositeFieldContainer[TokenSequence]
    max_new_tokens: int
    greedy: Greedy
    sampling: Sampling
    stop_token_ids: _containers.RepeatedScalarFieldContainer[int]
    stop_strings: _containers.RepeatedScalarFieldContainer[str]
    max_batch_rows: int
    shared_prefix: SharedPrefix
    def __init__(self, model: _Optional[_Union[_common_pb2.ModelReference, _Mapping]] = ..., prompts: _Optional[_Iterable[_Union[TokenSequence, _Mapping]]] = ..., max_new_tokens: _Optional[int] = ..., greedy: _Optional[_Union[Greedy, _Mapping]] = ..., sampling: _Optional[_Union[Sampling, _Mapping]] = ..., stop_token_ids: _Optional[_Iterable[int]] = ..., stop_strings: _Optional[_Iterable[str]] = ..., max_batch_rows: _Optional[int] = ..., shared_prefix: _Optional[_Union[SharedPrefix, _Mapping]] = ...) -> None: ...

class Greedy(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Sampling(_message.Message):
    __slots__ = ("temperature", "top_p", "top_k", "seed")
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    temperature: float
    top_p: float
    top_k: int
    seed: int
    def __init__(self, temperature: _Optional[float] = ..., top_p: _Optional[float] = ..., top_k: _Optional[int] = ..., seed: _Optional[int] = ...) -> None: ...

class GenerateResponse(_message.Message):
    __slots__ = ("completion", "heartbeat")
    COMPLETION_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    completion: Completion
    heartbeat: _common_pb2.Heartbeat
    def __init__(self, completion: _Optional[_Union[Completion, _Mapping]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class Completion(_message.Message):
    __slots__ = ("index", "token_ids", "text", "finish_reason")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    index: int
    token_ids: _containers.RepeatedScalarFieldContainer[int]
    text: str
    finish_reason: FinishReason
    def __init__(self, index: _Optional[int] = ..., token_ids: _Optional[_Iterable[int]] = ..., text: _Optional[str] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ...) -> None: ...

class ScoreRequest(_message.Message):
    __slots__ = ("model", "sequences", "kl_from_base", "shared_prefix")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    SEQUENCES_FIELD_NUMBER: _ClassVar[int]
    KL_FROM_BASE_FIELD_NUMBER: _ClassVar[int]
    SHARED_PREFIX_FIELD_NUMBER: _ClassVar[int]
    model: _common_pb2.ModelReference
    sequences: _containers.RepeatedCompositeFieldContainer[ScoreSequence]
    kl_from_base: bool
    shared_prefix: SharedPrefix
    def __init__(self, model: _Optional[_Union[_common_pb2.ModelReference, _Mapping]] = ..., sequences: _Optional[_Iterable[_Union[ScoreSequence, _Mapping]]] = ..., kl_from_base: _Optional[bool] = ..., shared_prefix: _Optional[_Union[SharedPrefix, _Mapping]] = ...) -> None: ...

class ScoreSequence(_message.Message):
    __slots__ = ("token_ids",)
    TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    token_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, token_ids: _Optional[_Iterable[int]] = ..., **kwargs) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ("score", "heartbeat")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    score: SequenceScore
    heartbeat: _common_pb2.Heartbeat
    def __init__(self, score: _Optional[_Union[SequenceScore, _Mapping]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class SequenceScore(_message.Message):
    __slots__ = ("index", "log_probabilities", "is_greedy", "kl_from_base")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    IS_GREEDY_FIELD_NUMBER: _ClassVar[int]
    KL_FROM_BASE_FIELD_NUMBER: _ClassVar[int]
    index: int
    log_probabilities: _containers.RepeatedScalarFieldContainer[float]
    is_greedy: _containers.RepeatedScalarFieldContainer[bool]
    kl_from_base: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, index: _Optional[int] = ..., log_probabilities: _Optional[_Iterable[float]] = ..., is_greedy: _Optional[_Iterable[bool]] = ..., kl_from_base: _Optional[_Iterable[float]] = ...) -> None: ...
