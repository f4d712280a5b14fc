"""The peer: transformers' generate over one batch of prompts, padded on the left.

Usage: peer.py SETTINGS, where SETTINGS is JSON with the fields of ``Settings``. Prints one JSON line. The tokens are
timed after a short generation that warms up; a row's tokens end with its first end token.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

WARM_UP_ROWS = 4
WARM_UP_TOKENS = 4


@dataclass(frozen=True)
class Settings:
    """``prompts_file`` holds a JSON list of lists of token ids."""

    model_folder: str
    prompts_file: str
    dtype: str
    max_new_tokens: int
    end_ids: tuple[int, ...]
    threads: int


def main(settings: Settings) -> dict[str, Any]:
    torch.set_num_threads(settings.threads)
    dtype = getattr(torch, settings.dtype)
    model = AutoModelForCausalLM.from_pretrained(settings.model_folder, dtype=dtype).eval()
    prompts = json.loads(Path(settings.prompts_file).read_text(encoding="utf-8"))
    generate(model, prompts[:WARM_UP_ROWS], WARM_UP_TOKENS, settings.end_ids)
    started = time.perf_counter()
    rows = generate(model, prompts, settings.max_new_tokens, settings.end_ids)
    seconds = time.perf_counter() - started
    packages = ("torch", "transformers")
    versions = {"peer.python": platform.python_version(), **{f"peer.{name}": version(name) for name in packages}}
    return {"seconds": seconds, "rows": rows, "versions": versions}


def generate(model: Any, prompts: list[list[int]], max_new_tokens: int, end_ids: tuple[int, ...]) -> list[list[int]]:
    longest = max(len(prompt) for prompt in prompts)
    padded = [[end_ids[0]] * (longest - len(prompt)) + prompt for prompt in prompts]
    mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    tokens = model.generate(
        torch.tensor(padded),
        attention_mask=torch.tensor(mask),
        max_new_tokens=max_new_tokens,
        do_sample=False,
        eos_token_id=list(end_ids),
        pad_token_id=end_ids[0],
    )
    return [up_to_end(row, end_ids) for row in tokens[:, longest:].tolist()]


def up_to_end(row: list[int], end_ids: tuple[int, ...]) -> list[int]:
    end = next((place for place, token in enumerate(row) if token in end_ids), len(row) - 1)
    return row[: end + 1]


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    print(json.dumps(main(Settings(**{**given, "end_ids": tuple(given["end_ids"])}))))
