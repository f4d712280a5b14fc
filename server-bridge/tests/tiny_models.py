"""Makes tiny random causal language models with a real tokenizer and chat template, on the spot and always the same.

The one implementation for both languages: pytest imports it, jest runs tests/support/make_tiny_model.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig
from transformers.utils import logging

BOS, IM_START, IM_END, PAD = "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"
SPECIAL_TOKENS = (BOS, IM_START, IM_END, PAD)
VOCABULARY_SIZE = 640
CONTEXT_LENGTH = 512

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

TRAINING_TEXT = """
The customer wrote that the parcel came late and that two of the three lamps were broken when she opened the box.
Please send a replacement for order 48213 before the 14th of March, or return the money to the card that was used.
A model is made of blocks; each block adds something to the stream, and the last one is followed by a norm and a head.
We train the middle of the depth and leave the rest as it was, so that what the model knew before is still there after.
How many apples are left when five of twelve are eaten? There are 12 - 5 = 7 apples left. The answer is 7.
def add(first: int, second: int) -> int: return first + second  # returns the sum of both numbers
{"name": "Maria Jensen", "product": "kettle", "problem": "leaks", "date": "2026-03-14", "amount": 39.90}
user assistant system question answer summary translate explain write list who what when where why which
""".strip().splitlines()

GROUPED_HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32}
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": GROUPED_HEADS,
    "qwen2": GROUPED_HEADS,
    "qwen3": {**GROUPED_HEADS, "head_dim": 16},
    "mistral": GROUPED_HEADS,
    "olmo2": GROUPED_HEADS,
    "gemma": {**GROUPED_HEADS, "head_dim": 16},
    "gemma2": {**GROUPED_HEADS, "head_dim": 16, "query_pre_attn_scalar": 16},
    "gemma3_text": {**GROUPED_HEADS, "head_dim": 16, "query_pre_attn_scalar": 16},
    "phi3": GROUPED_HEADS,
    "gpt_neox": {"num_attention_heads": 4, "intermediate_size": 128},
    "gpt2": {"num_attention_heads": 4},
    "qwen3_moe": {**GROUPED_HEADS, "head_dim": 16, **EXPERTS},
}


def make_tiny_model(folder: Path, family: str = "llama", seed: int = 0, blocks: int = 6) -> Path:
    """Writes a model folder (safetensors, tokenizer.json, chat template) and returns it. Hidden size 64, float32."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer()
    ids = {
        f"{kind}_token_id": tokenizer.token_to_id(token)
        for kind, token in zip(("bos", "eos", "pad"), (BOS, IM_END, PAD), strict=True)
    }
    config = AutoConfig.for_model(
        family,
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=blocks,
        max_position_embeddings=CONTEXT_LENGTH,
        initializer_range=0.1,  # at the usual 0.02 so narrow a model gives the same logits whatever the blocks do
        **ids,
        **FAMILIES[family],
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.generation_config = GenerationConfig(**ids)
    logging.disable_progress_bar()
    model.save_pretrained(folder)
    write_tokenizer(tokenizer, folder)
    return folder


def train_tokenizer() -> Tokenizer:
    """Trains a byte-level BPE tokenizer on the text of this file. The special tokens have the ids 0 to 3."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXT, trainer)
    return tokenizer


def write_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Writes tokenizer.json, and tokenizer_config.json with the chat template inside."""
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": IM_END,
        "pad_token": PAD,
        "model_max_length": CONTEXT_LENGTH,
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")


def main() -> None:
    """Command line: OUT_FOLDER [--family llama] [--seed 0] [--blocks 6]."""
    parser = argparse.ArgumentParser(description="Make a tiny random language model.")
    parser.add_argument("folder", type=Path, metavar="OUT_FOLDER")
    parser.add_argument("--family", choices=sorted(FAMILIES), default="llama")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blocks", type=int, default=6)
    arguments = parser.parse_args()
    print(make_tiny_model(arguments.folder, arguments.family, arguments.seed, arguments.blocks))


if __name__ == "__main__":
    main()
