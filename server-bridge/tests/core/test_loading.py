"""Models load from folders, ready to be trained in part; what is broken or dangerous is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_models import FAMILIES
from transformers import AutoModelForCausalLM

from midblock_server.core.errors import ModelError
from midblock_server.core.model import LoadedModel, load_model
from midblock_server.core.types import LoadSettings


def refusal(load: Callable[..., LoadedModel], source: Path | str, code: str, **changes: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load(source, **changes)
    detail = caught.value.detail
    assert detail.code == code
    assert detail.message and detail.found and detail.wanted and detail.next_step
    return caught.value


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_loads_every_family(family: str, tiny_model: Callable[..., Path], load: Callable[..., LoadedModel]) -> None:
    loaded = load(tiny_model(family))

    assert not loaded.module.training
    assert not any(each.requires_grad for each in loaded.module.parameters())
    assert len(loaded.blocks) == loaded.card.block_count == 6
    ids = torch.tensor([loaded.tokenizer.encode("The customer wrote 7 apples.").ids])
    with torch.no_grad():
        assert torch.isfinite(loaded.module(ids).logits).all()
    assert (loaded.device.name, loaded.device.dtype, loaded.device.threads) == ("cpu", "float32", 1)


def test_the_dtype_asked_for_is_obeyed(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    loaded = load(tiny_copy, dtype="bfloat16")
    assert {each.dtype for each in loaded.module.parameters()} == {torch.bfloat16}
    assert (loaded.card.dtype, loaded.dtype) == ("bfloat16", torch.bfloat16)


def test_tells_what_it_does(tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    stages: list[str] = []
    load_model(LoadSettings(str(tiny_model()), tmp_path, threads=1), lambda stage, share: stages.append(stage))
    assert "reading weights" in stages


def test_weights_in_several_files(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    module = AutoModelForCausalLM.from_pretrained(tiny_copy)
    (tiny_copy / "model.safetensors").unlink()
    module.save_pretrained(tiny_copy, max_shard_size="400KB")
    shards = sorted(tiny_copy.glob("*.safetensors"))
    assert len(shards) > 1

    loaded = load(tiny_copy)
    assert torch.equal(loaded.module.lm_head.weight, module.lm_head.weight)

    shards[-1].unlink()
    assert shards[-1].name in refusal(load, tiny_copy, "unknown-model").detail.found


def test_an_unknown_name_lists_what_is_known(load: Callable[..., LoadedModel]) -> None:
    error = refusal(load, "smollm7", "unknown-model")
    assert "smollm2-135m-instruct" in error.detail.wanted
    assert error.detail.facts["model"] == "smollm7"


def test_a_path_that_is_not_there(tmp_path: Path, load: Callable[..., LoadedModel]) -> None:
    refusal(load, tmp_path / "no" / "model", "unknown-model")
    refusal(load, tmp_path / "no.gguf", "unknown-model")


def test_an_empty_folder(tmp_path: Path, load: Callable[..., LoadedModel]) -> None:
    assert "config.json" in refusal(load, tmp_path, "unknown-model").detail.found


@pytest.mark.parametrize("suffix", [".bin", ".pt", ".pth", ".ckpt"])
def test_pickled_weights_are_refused(suffix: str, tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    pickled = tiny_copy / f"pytorch_model{suffix}"
    (tiny_copy / "model.safetensors").rename(pickled)

    assert pickled.name in refusal(load, tiny_copy, "unsafe-model").detail.found
    refusal(load, pickled, "unsafe-model")


def test_pickled_weights_beside_safetensors_are_left_alone(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "pytorch_model.bin").write_bytes(b"not opened")
    assert load(tiny_copy).card.block_count == 6


def _change(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_remote_code_is_refused_and_not_run(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "modeling_own.py").write_text(f"open({str(tiny_copy / 'was-run')!r}, 'w')", encoding="utf-8")
    _change(tiny_copy / "config.json", auto_map={"AutoModelForCausalLM": "modeling_own.Own"})

    assert "modeling_own.Own" in refusal(load, tiny_copy, "unsafe-model").detail.found
    assert not (tiny_copy / "was-run").exists()


def test_a_tokenizer_with_code_of_its_own_is_refused(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "tokenizer.json").unlink()
    _change(tiny_copy / "tokenizer_config.json", auto_map={"AutoTokenizer": ["tokenization_own.Own", None]})
    assert "tokenization_own.Own" in refusal(load, tiny_copy, "unsafe-model").detail.found


def test_quantised_weights_are_refused(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    _change(tiny_copy / "config.json", quantization_config={"quant_method": "gptq", "bits": 4})
    assert "gptq" in refusal(load, tiny_copy, "unsupported-model").detail.found


def test_missing_tensors_are_not_made_up(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    tensors = load_file(tiny_copy / "model.safetensors")
    del tensors["model.layers.3.mlp.up_proj.weight"]
    save_file(tensors, tiny_copy / "model.safetensors", {"format": "pt"})
    assert "model.layers.3.mlp.up_proj.weight" in refusal(load, tiny_copy, "model-load-failed").detail.found


def test_a_file_that_was_cut_off(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    whole = (tiny_copy / "model.safetensors").read_bytes()
    (tiny_copy / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    refusal(load, tiny_copy, "model-load-failed")


def test_an_architecture_that_transformers_lacks(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    _change(tiny_copy / "config.json", model_type="imaginary")
    assert "imaginary" in refusal(load, tiny_copy, "model-load-failed").detail.found


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "tokenizer.json"])
def test_a_broken_settings_file_is_named(name: str, tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / name).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load(tiny_copy)
    assert name in caught.value.detail.message + caught.value.detail.found


def test_a_tokenizer_is_needed(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    (tiny_copy / "tokenizer.json").unlink()
    refusal(load, tiny_copy, "unsupported-model")


def test_a_truncation_setting_cuts_nothing(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    truncation = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    _change(tiny_copy / "tokenizer.json", truncation=truncation)
    assert len(load(tiny_copy).tokenizer.encode("A text that is longer than three tokens.").ids) > 3


def test_a_device_that_is_not_there(tiny_copy: Path, load: Callable[..., LoadedModel]) -> None:
    assert "cpu" in refusal(load, tiny_copy, "model-load-failed", device="cuda:99").detail.found
