"""Where moments can't be kept in 8 bits, the run is refused with what to do. What bitsandbytes does needs CUDA."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from training_runs import run, specify

from midblock_server.core import eight_bit
from midblock_server.core.eight_bit import eight_bit_fault
from midblock_server.core.errors import SpecificationError
from midblock_server.core.model import LoadedModel
from midblock_server.core.optimizer import optimizer_tensors, restore_optimizer
from midblock_server.core.session import ModelSession
from midblock_server.core.specification import OptimizerSettings


def test_a_run_on_another_device_is_refused(
    load: Callable[..., LoadedModel], tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    session = ModelSession(load(tiny_model()))
    with pytest.raises(SpecificationError) as caught:
        run(session, specify(session.model, optimizer=OptimizerSettings(1e-3, eight_bit=True)), tmp_path)
    assert caught.value.code == "invalid-options"
    assert caught.value.detail.found == (
        "optimizer.eight_bit: the model is on cpu, but moments in 8 bits need CUDA; "
        "load the model on CUDA, or leave eight_bit off"
    )


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eight_bit, "PACKAGE", "a_package_that_nobody_has")
    fault = eight_bit_fault(torch.device("cuda"))
    assert fault is not None
    assert 'install "midblock-server[cuda]"' in fault


def test_an_installed_package_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eight_bit, "PACKAGE", "torch")
    assert eight_bit_fault(torch.device("cuda")) is None


def test_state_of_any_kind_comes_back_from_a_checkpoint() -> None:
    """Integers, 8-bit codes and their scales, as an optimiser other than torch's may hold them."""
    parameter = torch.zeros(4, requires_grad=True)
    optimizer, restored = torch.optim.SGD([parameter]), torch.optim.SGD([parameter])
    codes, scales = torch.tensor([1, 255, 0, 7], dtype=torch.uint8), torch.tensor([0.5])
    optimizer.state[parameter] = {"step": 3, "state1": codes, "absmax1": scales}
    restore_optimizer(restored, {"a.b": parameter}, optimizer_tensors(optimizer, {"a.b": parameter}))
    state = restored.state[parameter]
    assert (state["step"], type(state["step"])) == (3, int)
    assert torch.equal(state["state1"], codes)
    assert torch.equal(state["absmax1"], scales)
