from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BlockPart(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BLOCK_PART_UNSPECIFIED: _ClassVar[BlockPart]
    BLOCK_PART_ATTENTION: _ClassVar[BlockPart]
    BLOCK_PART_MLP: _ClassVar[BlockPart]
BLOCK_PART_UNSPECIFIED: BlockPart
BLOCK_PART_ATTENTION: BlockPart
BLOCK_PART_MLP: BlockPart

class ModelCard(_message.Message):
    __slots__ = ("name", "architecture", "block_count", "hidden_size", "vocabulary_size", "context_length", "tied_embeddings", "parameters", "block_linears", "special_tokens", "tokenizer_json", "tokenizer_config_json", "chat_template", "weights_hash", "tokenizer_probe", "dtype", "license", "weights_folder", "template_probe", "block_norms", "quantization")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    BLOCK_COUNT_FIELD_NUMBER: _ClassVar[int]
    HIDDEN_SIZE_FIELD_NUMBER: _ClassVar[int]
    VOCABULARY_SIZE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    TIED_EMBEDDINGS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_LINEARS_FIELD_NUMBER: _ClassVar[int]
    SPECIAL_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_JSON_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_CONFIG_JSON_FIELD_NUMBER: _ClassVar[int]
    CHAT_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_HASH_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_PROBE_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    LICENSE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FOLDER_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_PROBE_FIELD_NUMBER: _ClassVar[int]
    BLOCK_NORMS_FIELD_NUMBER: _ClassVar[int]
    QUANTIZATION_FIELD_NUMBER: _ClassVar[int]
    name: str
    architecture: str
    block_count: int
    hidden_size: int
    vocabulary_size: int
    context_length: int
    tied_embeddings: bool
    parameters: ParameterCounts
    block_linears: _containers.RepeatedCompositeFieldContainer[BlockLinear]
    special_tokens: SpecialTokens
    tokenizer_json: str
    tokenizer_config_json: str
    chat_template: str
    weights_hash: str
    tokenizer_probe: TokenizerProbe
    dtype: str
    license: str
    weights_folder: str
    template_probe: TemplateProbe
    block_norms: _containers.RepeatedCompositeFieldContainer[BlockNorm]
    quantization: str
    def __init__(self, name: _Optional[str] = ..., architecture: _Optional[str] = ..., block_count: _Optional[int] = ..., hidden_size: _Optional[int] = ..., vocabulary_size: _Optional[int] = ..., context_length: _Optional[int] = ..., tied_embeddings: _Optional[bool] = ..., parameters: _Optional[_Union[ParameterCounts, _Mapping]] = ..., block_linears: _Optional[_Iterable[_Union[BlockLinear, _Mapping]]] = ..., special_tokens: _Optional[_Union[SpecialTokens, _Mapping]] = ..., tokenizer_json: _Optional[str] = ..., tokenizer_config_json: _Optional[str] = ..., chat_template: _Optional[str] = ..., weights_hash: _Optional[str] = ..., tokenizer_probe: _Optional[_Union[TokenizerProbe, _Mapping]] = ..., dtype: _Optional[str] = ..., license: _Optional[str] = ..., weights_folder: _Optional[str] = ..., template_probe: _Optional[_Union[TemplateProbe, _Mapping]] = ..., block_norms: _Optional[_Iterable[_Union[BlockNorm, _Mapping]]] = ..., quantization: _Optional[str] = ...) -> None: ...

class ParameterCounts(_message.Message):
    __slots__ = ("total", "embedding", "by_block", "final_norm", "head")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    BY_BLOCK_FIELD_NUMBER: _ClassVar[int]
    FINAL_NORM_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    total: int
    embedding: int
    by_block: _containers.RepeatedScalarFieldContainer[int]
    final_norm: int
    head: int
    def __init__(self, total: _Optional[int] = ..., embedding: _Optional[int] = ..., by_block: _Optional[_Iterable[int]] = ..., final_norm: _Optional[int] = ..., head: _Optional[int] = ...) -> None: ...

class BlockLinear(_message.Message):
    __slots__ = ("name", "part", "in_features", "out_features", "blocks")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    IN_FEATURES_FIELD_NUMBER: _ClassVar[int]
    OUT_FEATURES_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    part: BlockPart
    in_features: int
    out_features: int
    blocks: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, name: _Optional[str] = ..., part: _Optional[_Union[BlockPart, str]] = ..., in_features: _Optional[int] = ..., out_features: _Optional[int] = ..., blocks: _Optional[_Iterable[int]] = ...) -> None: ...

class BlockNorm(_message.Message):
    __slots__ = ("name", "size", "blocks")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    size: int
    blocks: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, name: _Optional[str] = ..., size: _Optional[int] = ..., blocks: _Optional[_Iterable[int]] = ...) -> None: ...

class SpecialTokens(_message.Message):
    __slots__ = ("bos_id", "eos_ids", "pad_id")
    BOS_ID_FIELD_NUMBER: _ClassVar[int]
    EOS_IDS_FIELD_NUMBER: _ClassVar[int]
    PAD_ID_FIELD_NUMBER: _ClassVar[int]
    bos_id: int
    eos_ids: _containers.RepeatedScalarFieldContainer[int]
    pad_id: int
    def __init__(self, bos_id: _Optional[int] = ..., eos_ids: _Optional[_Iterable[int]] = ..., pad_id: _Optional[int] = ...) -> None: ...

class TokenizerProbe(_message.Message):
    __slots__ = ("text", "token_ids")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    text: str
    token_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, text: _Optional[str] = ..., token_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class TemplateProbe(_message.Message):
    __slots__ = ("messages_json", "local_time", "text")
    MESSAGES_JSON_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    messages_json: str
    local_time: str
    text: str
    def __init__(self, messages_json: _Optional[str] = ..., local_time: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...
