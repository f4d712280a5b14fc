"""The merged model loads by transformers alone, and gives the logits of base and trained weights together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from training_runs import FULL, every_linear, last_checkpoint, logits_of, run, specify
from transformers import AutoModelForCausalLM, AutoTokenizer

from midblock_server.core import merge
from midblock_server.core.errors import MidblockServerError
from midblock_server.core.merge import write_merged
from midblock_server.core.model import LoadedModel
from midblock_server.core.session import ModelSession

TOKENS = (5, 6, 7, 8, 9, 10)
Load = Callable[..., LoadedModel]
MakeModel = Callable[..., Path]


def train_and_merge(session: ModelSession, settings: dict[str, Any] | None, folder: Path) -> tuple[Path, Path]:
    """Gives the folders of the checkpoint and of the merged model. ``settings`` None: full weights."""
    method = FULL if settings is None else every_linear(session.model, **settings)
    ranks = {1: 2, 2: 4, 4: 3}
    checkpoint = last_checkpoint(run(session, specify(session.model, method, ranks), folder / "run"))
    merged = folder / "merged"
    merged.mkdir()
    write_merged(session, checkpoint, merged)
    return checkpoint, merged


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("llama", {}),
        ("llama", {"rank_stabilized": True}),
        ("llama", {"weight_decomposed": True}),
        ("llama", None),
        ("gpt2", {"weight_decomposed": True}),
        ("gpt2", None),
        ("gemma2", {}),
        ("phi3", {}),
        ("gpt_neox", {}),
        ("qwen3_moe", {}),
        ("qwen3_moe", None),
    ],
)
def test_transformers_loads_it_and_gives_the_same_logits(
    family: str, settings: dict[str, Any] | None, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family)))
    before = {name: tensor.clone() for name, tensor in session.model.module.state_dict().items()}
    checkpoint, merged = train_and_merge(session, settings, tmp_path)
    with session.turn(checkpoint) as model:
        ours = logits_of(model, TOKENS)
    plain, loading = AutoModelForCausalLM.from_pretrained(merged, output_loading_info=True)
    assert not any(loading[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    torch.testing.assert_close(ours, plain.eval()(input_ids=torch.tensor([TOKENS])).logits[0], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(ours, logits_of(session.model, TOKENS), atol=1e-2)
    assert all(torch.equal(tensor, before[name]) for name, tensor in session.model.module.state_dict().items())
    assert hub_names(merged) == hub_names(tiny_model(family))
    assert load(merged).card.tied_embeddings == session.model.card.tied_embeddings


def test_it_has_the_tokenizer_and_the_settings_of_its_base(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), dtype="bfloat16"))
    _, merged = train_and_merge(session, {}, tmp_path)
    tokenizer, base = AutoTokenizer.from_pretrained(merged), AutoTokenizer.from_pretrained(tiny_model())
    messages = [{"role": "user", "content": "Hello"}]
    assert tokenizer.apply_chat_template(messages) == base.apply_chat_template(messages)
    name = "generation_config.json"
    assert (merged / name).read_bytes() == (tiny_model() / name).read_bytes()
    config, wanted = (json.loads((folder / "config.json").read_text()) for folder in (merged, tiny_model()))
    assert config == {**wanted, "dtype": "bfloat16"}
    assert {path.suffix for path in merged.iterdir()} == {".json", ".safetensors"}


def test_in_bfloat16_it_is_the_float32_sum_rounded_once(load: Load, tiny_model: MakeModel, tmp_path: Path) -> None:
    session = ModelSession(load(tiny_model(), dtype="bfloat16"))
    checkpoint, merged = train_and_merge(session, {}, tmp_path)
    name = "model.layers.2.mlp.up_proj"
    with safe_open(checkpoint / "adapter_model.safetensors", "pt") as adapter:
        down, up = (adapter.get_tensor(f"base_model.model.{name}.lora_{part}.weight") for part in "AB")
    base = session.model.module.get_parameter(f"{name}.weight").float()
    with safe_open(merged / "model.safetensors", "pt") as file:
        found = file.get_tensor(f"{name}.weight")
    assert torch.equal(found, (base + 2.0 * (up @ down)).bfloat16())


def test_a_large_model_comes_in_shards_with_an_index(
    load: Load, tiny_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "SHARD_BYTES", 300_000)
    session = ModelSession(load(tiny_model()))
    checkpoint, merged = train_and_merge(session, {}, tmp_path)
    assert len(list(merged.glob("model-*-of-*.safetensors"))) > 2
    with session.turn(checkpoint) as model:
        ours = logits_of(model, TOKENS)
    torch.testing.assert_close(ours, logits_of(load(merged), TOKENS), rtol=1e-4, atol=1e-5)


def test_a_full_disk_is_told_before_anything_is_written(
    load: Load, tiny_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ModelSession(load(tiny_model()))
    checkpoint = last_checkpoint(run(session, specify(session.model), tmp_path / "run"))
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    (tmp_path / "merged").mkdir()
    with pytest.raises(MidblockServerError, match="does not fit the disk") as caught:
        write_merged(session, checkpoint, tmp_path / "merged")
    assert caught.value.detail.found == "1000 bytes free"
    assert list((tmp_path / "merged").iterdir()) == []


@pytest.mark.parametrize("family", ["llama", "qwen3", "gemma2", "gpt2"])
def test_norms_trained_beside_adapters_are_merged_too(
    family: str, load: Load, tiny_model: MakeModel, tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model(family)))
    specification = specify(session.model, every_linear(session.model), train_norms=True)
    checkpoint = last_checkpoint(run(session, specification, tmp_path / "run"))
    (tmp_path / "merged").mkdir()
    write_merged(session, checkpoint, tmp_path / "merged")
    with session.turn(checkpoint) as model:
        ours = logits_of(model, TOKENS)
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    torch.testing.assert_close(ours, plain(input_ids=torch.tensor([TOKENS])).logits[0], rtol=1e-4, atol=1e-5)
    for norm in session.model.card.block_norms:
        name = f"{session.model.blocks.name(2)}.{norm.name}"
        assert not torch.equal(plain.get_parameter(name), session.model.module.get_parameter(name))


def hub_names(folder: Path) -> set[str]:
    with safe_open(folder / "model.safetensors", "pt") as file:
        return set(file.keys())
