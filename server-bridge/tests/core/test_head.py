"""The packed, chunked loss and its gradients equal those of the examples one by one through plain transformers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, ModelPair, load_pair
from torch import Tensor, nn

from midblock_server.core import head
from midblock_server.core.errors import ModelError
from midblock_server.core.head import logits, weighted_loss_sum
from midblock_server.core.packed import packed_hidden_states

SEQUENCES = [[5, 17, 300, 41, 9, 77, 8, 120, 33, 250, 6], [260, 2, 19], [7, 8, 9, 10, 11, 12, 13]]
WEIGHTS: list[list[float]] = [[0, 0, 1, 1, 0.5, 1, 0, 1, 1, 2, 1], [0, 1, 1], [0, 1, 0, 1, 1, 1, 1]]


def plain_loss(pair: ModelPair) -> Tensor:
    total = torch.zeros(())
    for tokens, weights in zip(SEQUENCES, WEIGHTS, strict=True):
        raw = pair.plain(input_ids=torch.tensor([tokens])).logits[0, :-1]
        losses = nn.functional.cross_entropy(raw, torch.tensor(tokens[1:]), reduction="none")
        total = total + (losses * torch.tensor(weights[1:])).sum()
    return total


def packed_loss(pair: ModelPair) -> Tensor:
    hidden = packed_hidden_states(pair.ours, SEQUENCES)
    labels = torch.tensor([label for tokens in SEQUENCES for label in (*tokens[1:], 0)])
    weights = torch.tensor([float(weight) for row in WEIGHTS for weight in (*row[1:], 0)])
    trained = weights != 0
    return weighted_loss_sum(pair.ours, hidden[trained], labels[trained], weights[trained])


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_loss_and_gradients_equal_those_of_the_examples_one_by_one(
    family: str,
    changes: dict[str, Any],
    tiny_model: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(head, "CHUNK_ROWS", 4)
    pair = load_pair(tiny_model(family), changes, tmp_path)
    band = tuple(f"{pair.ours.blocks.name(index)}." for index in (2, 3))
    for module in (pair.ours.module, pair.plain):
        for name, parameter in module.named_parameters():
            parameter.requires_grad_(name.startswith(band))
    found, wanted = packed_loss(pair), plain_loss(pair)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, wanted, rtol=1e-6, atol=0)
    (found / 3).backward()
    (wanted / 3).backward()
    expected = {name: parameter.grad for name, parameter in pair.plain.named_parameters()}
    for name, parameter in pair.ours.module.named_parameters():
        if name.startswith(band) and parameter.grad is not None:
            difference = torch.linalg.vector_norm(parameter.grad - expected[name])
            assert difference <= 1e-5 * torch.linalg.vector_norm(expected[name]), name
        else:
            assert not name.startswith(band) and parameter.grad is None


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("gemma2", {"final_logit_softcapping": 2.0}),
        ("llama", {}),
    ],
)
def test_logits_are_those_of_the_whole_model(
    family: str, changes: dict[str, Any], tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model(family), changes, tmp_path)
    with torch.no_grad():
        found = logits(pair.ours, packed_hidden_states(pair.ours, SEQUENCES))
        wanted = torch.cat([pair.plain(input_ids=torch.tensor([each])).logits[0] for each in SEQUENCES])
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)


def test_no_chunk_holds_more_rows_than_it_should(
    tiny_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "CHUNK_ROWS", 4)
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    rows: list[int] = []
    pair.ours.module.get_output_embeddings().register_forward_hook(
        lambda module, inputs, output: rows.append(output.shape[-2])
    )
    hidden = torch.randn(11, 64, requires_grad=True)
    head.head_of(pair.ours.module)
    rows.clear()
    weighted_loss_sum(pair.ours, hidden, torch.arange(11), torch.ones(11)).backward()
    assert rows == [4, 4, 4]
    assert hidden.grad is not None
    assert hidden.grad.shape == hidden.shape


def test_refuses_a_model_whose_logits_need_more_than_the_hidden_states(
    tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    pair = load_pair(tiny_model("llama"), {}, tmp_path)
    module = pair.ours.module
    own_forward = type(module).forward

    class Shifted(type(module)):  # type: ignore[misc]
        def forward(self, input_ids: Tensor | None = None, **others: Any) -> Any:
            output = own_forward(self, input_ids=input_ids, **others)
            output.logits = output.logits + (0 if input_ids is None else input_ids[..., None])
            return output

    module.__class__ = Shifted
    with pytest.raises(ModelError) as caught:
        logits(pair.ours, torch.zeros(1, 64))
    assert caught.value.code == "unsupported-model"
