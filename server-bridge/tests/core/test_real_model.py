"""One step on the real model is PEFT's and autograd's, with a rank of its own for each block of the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from exact_steps import make_band, one_step, plain_loss, plain_name
from peft import PeftModel
from training_runs import every_linear, make_rows, specify
from transformers import AutoModelForCausalLM

from midblock_server.core import head
from midblock_server.core.model import load_model
from midblock_server.core.specification import OptimizerSettings
from midblock_server.core.types import LoadSettings


@pytest.mark.slow
def test_a_step_on_the_real_model_is_pefts(
    pytestconfig: pytest.Config, tmp_path: Path, gradients: dict[int, torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty blocks of float32 move a gradient by more than 1e-5, in whatever order it is summed. So ours is held
    against float64, from which none of its gradients may be further away than the worst of PEFT's own float32."""
    monkeypatch.setattr(head, "CHUNK_ROWS", 12)  # of 14 trained positions: the last chunk is of two
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("midblock")  # 0.6 GB, which take longer to convert than all else
    model = load_model(LoadSettings("SmolLM2-135M", kept, device="cpu", dtype="float32", threads=2))
    ranks = {block: 2 + block % 3 for block in range(6, 24)}
    settings = OptimizerSettings(1e-3, max_gradient_norm=0.0)
    specification = specify(model, every_linear(model), ranks, steps=(((0, 1),),), optimizer=settings)
    band = make_band(model, specification)
    band.save(tmp_path)
    done = one_step(model, specification, band)

    plain = AutoModelForCausalLM.from_pretrained(model.card.weights_folder, dtype=torch.float32)
    peft = PeftModel.from_pretrained(plain, str(tmp_path), is_trainable=True).eval()
    narrow_loss, narrow = loss_and_gradients(peft)
    exact_loss, exact = loss_and_gradients(peft.double())
    assert done.loss == pytest.approx(narrow_loss, rel=1e-6)
    assert done.loss == pytest.approx(exact_loss, rel=1e-6)
    assert set(band.parameters) == set(exact)
    rounding = max(distance(narrow[name], exact[name]) for name in exact)
    assert rounding <= 1e-4
    for name, parameter in band.parameters.items():
        assert distance(gradients[id(parameter)], exact[name]) <= rounding, name


def loss_and_gradients(module: torch.nn.Module) -> tuple[float, dict[str, torch.Tensor]]:
    module.zero_grad()
    loss = plain_loss(module, make_rows()[:2])
    loss.backward()
    gradients = {plain_name(name): each.grad for name, each in module.named_parameters() if each.grad is not None}
    return loss.item(), gradients


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Relative to the norm of ``expected``."""
    return float(torch.linalg.vector_norm(found - expected) / torch.linalg.vector_norm(expected))
