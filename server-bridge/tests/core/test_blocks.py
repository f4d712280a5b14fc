"""The block list is found and its linear maps are sorted by structure, in every family."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_models import FAMILIES
from torch import nn
from transformers import AutoModelForCausalLM

from midblock_server.core.blocks import BlockList, block_linears, find_blocks
from midblock_server.core.errors import ModelError

LLAMA_LIKE = {
    "attention": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"],
    "mlp": ["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"],
}
MAPS = {
    "gpt2": {"attention": ["attn.c_attn", "attn.c_proj"], "mlp": ["mlp.c_fc", "mlp.c_proj"]},
    "gpt_neox": {
        "attention": ["attention.query_key_value", "attention.dense"],
        "mlp": ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"],
    },
    "phi3": {"attention": ["self_attn.o_proj", "self_attn.qkv_proj"], "mlp": ["mlp.gate_up_proj", "mlp.down_proj"]},
    # Experts are stacks of matrices and no linear maps: they can be trained as full weights alone.
    "qwen3_moe": {"attention": LLAMA_LIKE["attention"], "mlp": []},
}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_finds_the_blocks_and_their_linear_maps(family: str, tiny_model: Callable[..., Path]) -> None:
    module = AutoModelForCausalLM.from_pretrained(tiny_model(family))

    blocks = find_blocks(module, 6)
    linears = block_linears(blocks)

    assert len(blocks) == 6
    assert module.get_submodule(blocks.name(4)) is blocks.modules[4]
    expected = MAPS.get(family, LLAMA_LIKE)
    assert {part: [each.name for each in linears if each.part == part] for part in expected} == expected
    assert all(each.blocks == () for each in linears)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_widths_are_those_of_the_map(family: str, tiny_model: Callable[..., Path]) -> None:
    blocks = find_blocks(AutoModelForCausalLM.from_pretrained(tiny_model(family)), 6)

    for linear in block_linears(blocks):
        output = blocks.modules[0].get_submodule(linear.name)(torch.zeros(1, linear.in_features))
        assert output.shape == (1, linear.out_features)


class Block(nn.Module):
    def __init__(self, width: int = 4, experts: int = 0) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"query": nn.Linear(4, 4)})
        self.experts = nn.ModuleList(nn.Linear(4, 4) for _ in range(experts))
        self.fc1 = nn.Linear(4, width)


def test_a_list_inside_the_blocks_is_not_taken_for_them() -> None:
    model = nn.ModuleDict({"layers": nn.ModuleList(Block(experts=3) for _ in range(3))})
    assert find_blocks(model, 3).prefix == "layers"


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (nn.ModuleDict({"a": nn.ModuleList([Block(), Block()]), "b": nn.ModuleList([Block(), Block()])}), "a, b"),
        (nn.ModuleDict({"a": nn.ModuleList([Block(), nn.Linear(1, 1)])}), "no such list"),
        (nn.ModuleDict({"a": nn.ModuleList([Block()])}), "no such list"),
    ],
)
def test_refuses_what_can_not_be_told(model: nn.Module, found: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_blocks(model, 2)
    assert caught.value.code == "unsupported-model"
    assert caught.value.detail.found == found


def test_maps_that_only_some_blocks_have_name_them() -> None:
    linears = block_linears(BlockList("layers", (Block(4), Block(8), Block(4))))

    found = {(each.name, each.part, each.out_features): each.blocks for each in linears}
    assert found == {
        ("attention.query", "attention", 4): (),
        ("fc1", "mlp", 4): (0, 2),
        ("fc1", "mlp", 8): (1,),
    }
