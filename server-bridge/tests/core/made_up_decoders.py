"""Decoders that transformers has never heard of, made known to it for the tests' sake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tiny_models import train_tokenizer, write_tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput, CausalLMOutput

WIDTH = 32


class OddConfig(PretrainedConfig):  # type: ignore[misc]
    """``lists`` counts the equal lists its blocks stand in; ``echo`` adds to the logits what the head can't see."""

    model_type = "midblock-odd"

    def __init__(self, lists: int = 1, echo: bool = False, **others: Any) -> None:
        self.lists, self.echo = lists, echo
        self.vocab_size, self.hidden_size, self.num_hidden_layers = 640, WIDTH, 4
        self.max_position_embeddings = 64
        super().__init__(**{"tie_word_embeddings": False, **others})


class OddBlock(nn.Module):
    """Attention and a gated map side by side; knows no positions but that a token sees none after it."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.LayerNorm(WIDTH)
        self.mix_attention = nn.ModuleDict({"all": nn.Linear(WIDTH, 3 * WIDTH), "out": nn.Linear(WIDTH, WIDTH)})
        self.gate, self.wide = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, WIDTH)

    def forward(self, states: Tensor) -> Tensor:
        inputs = self.before(states)
        query, key, value = self.mix_attention["all"](inputs).split(WIDTH, dim=-1)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        gated = torch.sigmoid(self.gate(inputs)) * self.wide(inputs)
        out: Tensor = states + self.mix_attention["out"](mixed) + gated
        return out


class OddBase(PreTrainedModel):  # type: ignore[misc]
    config_class = OddConfig
    base_model_prefix = "trunk"

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.1)


class OddModel(OddBase):
    def __init__(self, config: OddConfig) -> None:
        super().__init__(config)
        self.tokens = nn.Embedding(config.vocab_size, WIDTH)
        self.stages = nn.ModuleDict(
            {f"stage{n}": nn.ModuleList(OddBlock() for _ in range(4)) for n in range(config.lists)}
        )
        self.last = nn.LayerNorm(WIDTH)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        return self.tokens

    def forward(self, input_ids: Tensor | None = None, **others: Any) -> BaseModelOutput:
        states = self.tokens(input_ids)
        for block in (each for each in self.modules() if isinstance(each, OddBlock)):
            states = block(states)
        return BaseModelOutput(last_hidden_state=self.last(states))


class OddForCausalLM(OddBase):
    def __init__(self, config: OddConfig) -> None:
        super().__init__(config)
        self.trunk = OddModel(config)
        self.head = nn.Linear(WIDTH, config.vocab_size)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        return self.trunk.tokens

    def get_output_embeddings(self) -> nn.Module:
        return self.head

    def forward(
        self, input_ids: Tensor | None = None, inputs_embeds: Tensor | None = None, **others: Any
    ) -> CausalLMOutput:
        logits = self.head(self.trunk(input_ids=input_ids, inputs_embeds=inputs_embeds).last_hidden_state)
        if self.config.echo and input_ids is not None:
            logits = logits + functional.one_hot(input_ids, self.config.vocab_size)
        return CausalLMOutput(logits=logits)


def make_odd_model(folder: Path, **changes: Any) -> Path:
    """Writes a model folder of the made-up architecture: 4 blocks, hidden size 32. ``changes`` are to its config."""
    AutoConfig.register(OddConfig.model_type, OddConfig, exist_ok=True)
    AutoModelForCausalLM.register(OddConfig, OddForCausalLM, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        OddForCausalLM(OddConfig(**changes)).save_pretrained(folder)
    write_tokenizer(train_tokenizer(), folder)
    return folder
