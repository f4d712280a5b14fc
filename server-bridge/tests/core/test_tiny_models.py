"""The tiny models that all other tests stand on are the same every time, and differ where they should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_models import CONTEXT_LENGTH, FAMILIES, make_tiny_model
from tokenizers import Tokenizer


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_same_seed_gives_the_same_files(family: str, tmp_path: Path) -> None:
    first, second = (make_tiny_model(tmp_path / name, family, seed=3) for name in ("first", "second"))
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_another_seed_gives_other_weights_and_the_same_tokenizer(tmp_path: Path) -> None:
    first, second = (make_tiny_model(tmp_path / str(seed), seed=seed) for seed in (0, 1))
    assert (first / "model.safetensors").read_bytes() != (second / "model.safetensors").read_bytes()
    assert (first / "tokenizer.json").read_bytes() == (second / "tokenizer.json").read_bytes()


def test_the_number_of_blocks_is_obeyed(tmp_path: Path) -> None:
    config = json.loads((make_tiny_model(tmp_path, blocks=10) / "config.json").read_text(encoding="utf-8"))
    assert (config["num_hidden_layers"], config["max_position_embeddings"]) == (10, CONTEXT_LENGTH)


def test_the_tokenizer_keeps_any_text_and_knows_its_special_tokens(tmp_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(make_tiny_model(tmp_path) / "tokenizer.json"))
    text = "Nothing like the training text: ÆØÅ 漢字 🙂\r\n\t"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert tokenizer.encode("<|im_start|>user\n<|im_end|>").ids[0::3] == [1, 2]
    assert 500 < tokenizer.get_vocab_size() < 1000
