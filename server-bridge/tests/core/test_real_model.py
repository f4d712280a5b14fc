"""One step on the real model is PEFT's and autograd's, with a rank of its own for each block of the middle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from exact_steps import compare, make_band, one_step, plain_loss, plain_name, unclipped
from peft import PeftModel
from training_runs import every_linear, make_rows
from transformers import AutoModelForCausalLM

from midblock_server.core.model import LoadedModel


@pytest.mark.slow
def test_a_step_on_the_real_model_is_pefts(
    load: Callable[..., LoadedModel], tmp_path: Path, gradients: dict[int, torch.Tensor]
) -> None:
    model = load("SmolLM2-135M", threads=2)
    ranks = {block: 2 + block % 3 for block in range(6, 24)}
    specification = unclipped(model, every_linear(model), ranks)
    band = make_band(model, specification)
    band.save(tmp_path)
    done = one_step(model, specification, band)

    plain = AutoModelForCausalLM.from_pretrained(model.card.weights_folder, dtype=torch.float32)
    reference = PeftModel.from_pretrained(plain, str(tmp_path), is_trainable=True).eval()
    loss = plain_loss(reference, make_rows())
    loss.backward()
    assert done.loss == pytest.approx(loss.item(), rel=1e-6)
    expected = {plain_name(name): each.grad for name, each in reference.named_parameters() if each.requires_grad}
    compare(band, gradients, expected)
