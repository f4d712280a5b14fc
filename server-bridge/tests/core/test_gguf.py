"""A GGUF file loads as the model it was made from: same logits, same tokens, hashed as itself, converted once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_gguf import write_tiny_gguf

from midblock_server.core.card import PROBE_TEXT
from midblock_server.core.convert import convert_gguf
from midblock_server.core.errors import ModelError
from midblock_server.core.model import LoadedModel


def test_gives_the_same_logits_and_tokens(
    tiny_model: Callable[..., Path], tmp_path: Path, load: Callable[..., LoadedModel]
) -> None:
    original = load(tiny_model())
    converted = load(write_tiny_gguf(tiny_model(), tmp_path / "tiny.gguf", "gpt-2"))

    ids = torch.tensor([original.card.probe_token_ids[:64]])
    with torch.no_grad():
        torch.testing.assert_close(converted.module(ids).logits, original.module(ids).logits)
    assert converted.card.probe_token_ids == original.card.probe_token_ids
    assert converted.card.special_tokens == original.card.special_tokens
    assert converted.card.chat_template == original.card.chat_template
    assert converted.card.parameters == original.card.parameters
    assert (converted.card.context_length, converted.card.license) == (512, "apache-2.0")


def test_is_hashed_as_the_file_it_is(
    tiny_model: Callable[..., Path], tmp_path: Path, load: Callable[..., LoadedModel]
) -> None:
    gguf = write_tiny_gguf(tiny_model(), tmp_path / "tiny.gguf", "gpt-2")
    line = f"tiny.gguf\0{hashlib.sha256(gguf.read_bytes()).hexdigest()}\n"
    assert load(gguf).card.weights_hash == f"sha256:{hashlib.sha256(line.encode()).hexdigest()}"


def test_digits_stand_alone_where_the_model_was_trained_so(
    tiny_model: Callable[..., Path], tmp_path: Path, load: Callable[..., LoadedModel]
) -> None:
    tokenizer = load(write_tiny_gguf(tiny_model(), tmp_path / "tiny.gguf", "smollm")).tokenizer
    pieces = [piece for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str("a  12 ²")]
    assert pieces == ["a", "ĠĠ", "1", "2", "Ġ", "Â²"]
    assert tokenizer.decode(tokenizer.encode(PROBE_TEXT).ids) == PROBE_TEXT


def test_an_unknown_way_to_split_text_is_refused(
    tiny_model: Callable[..., Path], tmp_path: Path, load: Callable[..., LoadedModel]
) -> None:
    gguf = write_tiny_gguf(tiny_model(), tmp_path / "tiny.gguf", "imaginary")
    with pytest.raises(ModelError) as caught:
        load(gguf)
    assert caught.value.code == "unsupported-model"
    assert "imaginary" in caught.value.detail.found


def test_is_converted_once_and_again_when_the_copy_is_damaged(
    tiny_model: Callable[..., Path], tmp_path: Path, load: Callable[..., LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversions: list[Path] = []

    def convert_and_count(gguf: Path, folder: Path) -> None:
        conversions.append(gguf)
        convert_gguf(gguf, folder)

    monkeypatch.setattr("midblock_server.core.sources.convert_gguf", convert_and_count)
    gguf = write_tiny_gguf(tiny_model(), tmp_path / "tiny.gguf", "gpt-2")

    load(gguf)
    load(gguf)
    assert conversions == [gguf]

    (copy,) = (tmp_path / "cache" / "models").glob("gguf-*/model.safetensors")
    copy.write_bytes(copy.read_bytes()[:1000])
    assert load(gguf).card.block_count == 6
    assert conversions == [gguf, gguf]


@pytest.mark.parametrize("content", [b"", b"GGUF", b"not a GGUF at all, but long enough to be read" * 9])
def test_a_broken_file_is_refused(content: bytes, tmp_path: Path, load: Callable[..., LoadedModel]) -> None:
    (tmp_path / "broken.gguf").write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load(tmp_path / "broken.gguf")
    assert caught.value.code == "model-load-failed"
    assert "broken.gguf" in caught.value.detail.message
