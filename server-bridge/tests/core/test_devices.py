"""Devices and threads: what is there is told, what is not is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from midblock_server.core import devices
from midblock_server.core.devices import choose_device, choose_threads, describe_device, usable_physical_cores
from midblock_server.core.errors import ModelError


@pytest.fixture(autouse=True)
def keep_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_auto_is_a_device_that_computes() -> None:
    assert torch.ones(2, device=choose_device("auto")).sum().item() == 2


@pytest.mark.parametrize("wanted", ["cuda:99", "tpu", ""])
def test_a_device_that_is_not_there_is_refused(wanted: str) -> None:
    with pytest.raises(ModelError) as caught:
        choose_device(wanted)
    assert "cpu" in caught.value.detail.found


def test_a_number_of_threads_is_obeyed() -> None:
    assert choose_threads(1) == torch.get_num_threads() == 1


def test_physical_cores_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert choose_threads(0) == usable_physical_cores() >= 1


def test_the_users_own_thread_setting_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(devices, "usable_physical_cores", lambda: 7)
    assert choose_threads(0) == 1


@pytest.mark.parametrize(("quota", "expected"), [(None, 8), (2.0, 2), (1.5, 2), (0.1, 1), (64.0, 8)])
def test_a_containers_quota_bounds_the_threads(
    quota: float | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_cores_by_affinity", lambda: 8)
    monkeypatch.setattr(devices, "_container_cpu_quota", lambda: quota)
    assert usable_physical_cores() == expected


def test_the_processor_is_described() -> None:
    _, memory_bytes = describe_device(torch.device("cpu"))
    assert memory_bytes > 1 << 28
