"""A decoder that nobody has foreseen trains exactly by its list of blocks, or is refused; it is never wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from exact_steps import compare, make_band, one_step, plain_loss, plain_name, unclipped
from made_up_decoders import make_odd_model
from peft import PeftModel
from training_runs import FULL, every_linear, make_rows, run, specify
from transformers import AutoModelForCausalLM

from midblock_server.core.errors import ModelError
from midblock_server.core.model import LoadedModel
from midblock_server.core.packed import can_pack
from midblock_server.core.session import ModelSession
from midblock_server.core.types import BlockLinear

Load = Callable[..., LoadedModel]


def test_an_unknown_decoder_trains_by_its_block_list(
    load: Load, tmp_path: Path, gradients: dict[int, torch.Tensor]
) -> None:
    model = load(make_odd_model(tmp_path / "odd"))
    assert model.blocks.prefix == "trunk.stages.stage0"
    assert model.card.block_linears[0] == BlockLinear("mix_attention.all", "attention", 32, 96)
    assert [each.name for each in model.card.block_linears if each.part == "mlp"] == ["gate", "wide"]
    specification = unclipped(model, every_linear(model), {1: 2, 2: 3})
    band = make_band(model, specification)
    band.save(tmp_path)
    done = one_step(model, specification, band)
    assert not can_pack(model.module)

    plain = AutoModelForCausalLM.from_pretrained(model.settings.source)
    plain.prepare_inputs_for_generation = None  # PEFT asks for it, and this one has nothing to do with generation
    reference = PeftModel.from_pretrained(plain, str(tmp_path), is_trainable=True).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    assert done.loss == pytest.approx(loss.item(), rel=1e-6)
    expected = {plain_name(name): each.grad for name, each in reference.named_parameters() if each.requires_grad}
    compare(band, gradients, expected)


def test_blocks_in_two_lists_are_refused(load: Load, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be told from its structure") as caught:
        load(make_odd_model(tmp_path / "odd", lists=2))
    assert caught.value.code == "unsupported-model"
    assert caught.value.detail.found == "trunk.stages.stage0, trunk.stages.stage1"


def test_logits_that_need_more_than_the_last_states_are_refused(load: Load, tmp_path: Path) -> None:
    model = load(make_odd_model(tmp_path / "odd", echo=True))
    session = ModelSession(model)
    with pytest.raises(ModelError, match="can't be run apart from its decoder"):
        run(session, specify(model, FULL), tmp_path / "run")
