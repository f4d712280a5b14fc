"""The model card tells the truth about the model, the tokenizer and the files."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import CHAT_TEMPLATE, FAMILIES
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from midblock_server.core.model import LoadedModel

TIED = {"gemma", "gemma2", "gemma3_text", "gpt2"}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_counts_each_parameter_once(
    family: str, tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]
) -> None:
    loaded = load(tiny_model(family))
    counts = loaded.card.parameters

    assert counts.total == sum(each.numel() for each in loaded.module.parameters())
    assert counts.total == counts.embedding + sum(counts.by_block) + counts.final_norm + counts.head
    assert len(counts.by_block) == 6
    vocabulary_matrix = loaded.card.vocabulary_size * 64
    positions = 512 * 64 if family == "gpt2" else 0
    assert counts.embedding == vocabulary_matrix + positions
    assert loaded.card.tied_embeddings == (family in TIED)
    assert counts.head == (0 if family in TIED else vocabulary_matrix)
    assert 64 <= counts.final_norm <= 128


def test_describes_the_model(tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]) -> None:
    folder = tiny_model()
    card = load(folder).card

    assert (card.name, card.architecture, card.block_count) == (str(folder), "LlamaForCausalLM", 6)
    assert (card.hidden_size, card.context_length, card.dtype) == (64, 512, "float32")
    assert card.tokenizer_json == (folder / "tokenizer.json").read_text(encoding="utf-8")
    assert card.tokenizer_config_json == (folder / "tokenizer_config.json").read_text(encoding="utf-8")
    assert card.chat_template == CHAT_TEMPLATE
    assert card.license == ""
    assert Path(card.weights_folder).joinpath("config.json").is_file()


def test_the_probe_is_hard_and_comes_back_whole(
    tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]
) -> None:
    card = load(tiny_model()).card

    assert Tokenizer.from_str(card.tokenizer_json).decode(list(card.probe_token_ids)) == card.probe_text
    for piece in ("\r\n", "\u0301", "👩🏽‍🔬", "\u00a0", "def f", "3.14159"):
        assert piece in card.probe_text
    assert not set(card.probe_token_ids) & {0, 1, 2, 3}


def test_the_template_probe_is_what_transformers_renders(
    tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]
) -> None:
    folder = tiny_model()
    probe = load(folder).card.template_probe

    assert probe is not None
    messages = json.loads(probe.messages_json)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert probe.text == tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


@pytest.mark.parametrize(
    ("template", "roles"),
    [
        (
            "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}ok",
            ["user", "assistant", "user"],
        ),
        ("{% if messages | length > 1 %}{{ raise_exception('no') }}{% endif %}ok", ["user"]),
        ("{{ raise_exception('only tools') }}", None),
    ],
)
def test_the_template_probe_is_one_that_the_template_takes(
    template: str, roles: list[str] | None, tiny_copy: Path, load: Callable[..., LoadedModel]
) -> None:
    _change(tiny_copy / "tokenizer_config.json", chat_template=template)
    probe = load(tiny_copy).card.template_probe
    assert (probe and [message["role"] for message in json.loads(probe.messages_json)]) == roles


def test_the_template_probe_tells_the_time_that_its_template_wrote(
    tiny_copy: Path, load: Callable[..., LoadedModel]
) -> None:
    _change(tiny_copy / "tokenizer_config.json", chat_template="{{ strftime_now('%Y-%m-%dT%H:%M:%S') }}")
    probe = load(tiny_copy).card.template_probe
    assert probe is not None
    assert probe.text == probe.local_time


def test_weights_hash_follows_the_contract(tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]) -> None:
    file_hash = hashlib.sha256((tiny_model() / "model.safetensors").read_bytes()).hexdigest()
    expected = hashlib.sha256(f"model.safetensors\0{file_hash}\n".encode()).hexdigest()

    assert load(tiny_model()).card.weights_hash == f"sha256:{expected}"


def test_weights_hash_notices_changed_weights(
    tiny_copy: Path, tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]
) -> None:
    before = load(tiny_copy).card.weights_hash
    shutil.copyfile(tiny_model(seed=1) / "model.safetensors", tiny_copy / "model.safetensors")
    assert load(tiny_copy).card.weights_hash != before


def _change(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_the_end_of_a_turn_is_read_off_the_chat_template(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    for name in ("config.json", "generation_config.json"):
        _change(tiny_copy / name, eos_token_id=0)
    _change(tiny_copy / "tokenizer_config.json", eos_token="<|endoftext|>")

    assert load(tiny_copy).card.special_tokens.eos_ids == (0, 2)


def test_ends_of_generation_are_collected_from_everywhere(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    _change(tiny_copy / "generation_config.json", eos_token_id=[9, 2])
    _change(tiny_copy / "config.json", eos_token_id=7)
    _change(tiny_copy / "tokenizer_config.json", eos_token={"content": "<|endoftext|>"}, pad_token=None)

    special = load(tiny_copy).card.special_tokens
    assert special.eos_ids == (9, 2, 7, 0)
    assert (special.bos_id, special.pad_id) == (0, 3)


def test_a_template_that_refuses_a_plain_exchange_ends_no_turn(
    tiny_copy: Path, load: Callable[..., LoadedModel]
) -> None:
    _change(tiny_copy / "tokenizer_config.json", chat_template="{{ raise_exception('only tools') }}")
    assert load(tiny_copy).card.special_tokens.eos_ids == (2,)


def test_a_separate_chat_template_wins(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    assert load(tiny_copy).card.chat_template == "{{ messages }}"


def test_of_several_chat_templates_the_default_counts(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    templates = [{"name": "tools", "template": "tools"}, {"name": "default", "template": "plain"}]
    _change(tiny_copy / "tokenizer_config.json", chat_template=templates)
    assert load(tiny_copy).card.chat_template == "plain"


def test_a_model_without_a_chat_template_has_none(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "tokenizer_config.json").unlink()
    card = load(tiny_copy).card
    assert card.chat_template is None
    assert card.template_probe is None
    assert card.tokenizer_config_json == ""


def test_the_licence_is_read_off_the_front_matter(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: no\n", encoding="utf-8")
    assert load(tiny_copy).card.license == "apache-2.0"


def test_norms_are_told_with_the_blocks_that_have_them(
    load: Callable[..., LoadedModel], tiny_model: Callable[..., Path]
) -> None:
    card = load(tiny_model("gpt2")).card
    assert [(norm.name, norm.size) for norm in card.block_norms] == [
        (f"{name}.{part}", card.hidden_size) for name in ("ln_1", "ln_2") for part in ("weight", "bias")
    ]
    assert {norm.blocks for norm in card.block_norms} == {()}
    assert [norm.name for norm in load(tiny_model("qwen3")).card.block_norms] == [
        "self_attn.q_norm.weight",
        "self_attn.k_norm.weight",
        "input_layernorm.weight",
        "post_attention_layernorm.weight",
    ]
