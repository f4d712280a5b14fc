"""Tells where two greedy answers to a prompt part, and how sure the model is there.

Reads JSON with the fields of ``Settings`` from its input. Prints one JSON line, an entry a row.
The model answers the row alone, without padding, until it leaves one of the two answers.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


@dataclass(frozen=True)
class Settings:
    """``rows`` have "model_folder", "prompt", "ours" and "theirs"."""

    threads: int
    rows: list[dict[str, str]]


def main(settings: Settings) -> list[dict[str, Any]]:
    torch.set_num_threads(settings.threads)
    models = {folder: load(folder) for folder in {row["model_folder"] for row in settings.rows}}
    return [parting(*models[row["model_folder"]], row) for row in settings.rows]


def load(folder: str) -> tuple[Any, Any]:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoTokenizer.from_pretrained(folder)


@torch.inference_mode()
def parting(model: Any, tokenizer: Any, row: dict[str, str]) -> dict[str, Any]:
    """The margin is that of the two largest logits at the first token that is not in both answers."""
    tokens = tokenizer(row["prompt"], add_special_tokens=False, return_tensors="pt")["input_ids"]
    cache, answer = None, []
    while True:
        output = model(tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache = output.past_key_values
        largest = output.logits[0, -1].topk(2)
        answer.append(largest.indices[0].item())
        text = tokenizer.decode(answer, skip_special_tokens=True)
        alike = {side: row[side].startswith(text.rstrip("\ufffd")) for side in ("ours", "theirs")}
        is_over = answer[-1] == tokenizer.eos_token_id or len(text) >= min(len(row["ours"]), len(row["theirs"]))
        if is_over or not all(alike.values()):
            margin = (largest.values[0] - largest.values[1]).item()
            return {"token": len(answer), "margin": margin, "alone": [side for side, same in alike.items() if same]}
        tokens = largest.indices[:1].view(1, 1)


if __name__ == "__main__":
    print(json.dumps(main(Settings(**json.load(sys.stdin)))))
