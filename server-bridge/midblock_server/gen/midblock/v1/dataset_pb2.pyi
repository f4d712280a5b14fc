from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Datum(_message.Message):
    __slots__ = ("token_ids", "loss_weights")
    TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    LOSS_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    token_ids: _containers.RepeatedScalarFieldContainer[int]
    loss_weights: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, token_ids: _Optional[_Iterable[int]] = ..., loss_weights: _Optional[_Iterable[float]] = ...) -> None: ...

class GetDatasetRequest(_message.Message):
    __slots__ = ("content_hash",)
    CONTENT_HASH_FIELD_NUMBER: _ClassVar[int]
    content_hash: str
    def __init__(self, content_hash: _Optional[str] = ...) -> None: ...

class DatasetStatus(_message.Message):
    __slots__ = ("content_hash", "received_bytes", "complete", "datum_count", "token_count", "trained_token_count")
    CONTENT_HASH_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    DATUM_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    TRAINED_TOKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    content_hash: str
    received_bytes: int
    complete: bool
    datum_count: int
    token_count: int
    trained_token_count: int
    def __init__(self, content_hash: _Optional[str] = ..., received_bytes: _Optional[int] = ..., complete: _Optional[bool] = ..., datum_count: _Optional[int] = ..., token_count: _Optional[int] = ..., trained_token_count: _Optional[int] = ...) -> None: ...

class UploadDatasetRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: UploadHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[UploadHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class UploadHeader(_message.Message):
    __slots__ = ("content_hash", "total_bytes", "offset")
    CONTENT_HASH_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    content_hash: str
    total_bytes: int
    offset: int
    def __init__(self, content_hash: _Optional[str] = ..., total_bytes: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...
