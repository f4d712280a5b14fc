"""One round of the peer: question and answer rows from a file to a packed plan, with datasets.map at default settings.

Usage: peer.py MODEL_FOLDER ROWS.jsonl MAX_TOKENS SEED. Prints one JSON line. Imports and the reading of the tokenizer are
not timed. The folder for its caches is HF_HOME, which the bench empties: each round starts from the file.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import datasets
import jinja2
import jinja2.sandbox
import tokenizers
from datasets import load_dataset
from tokenizers import Tokenizer

ASSISTANT = "<|im_start|>assistant\n"


def main(folder: Path, rows: str, max_tokens: int, seed: int) -> dict[str, Any]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "chat_template.jinja").read_text(encoding="utf-8"))

    def encode(row: dict[str, str]) -> dict[str, list[int]]:
        messages = [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]
        text = template.render(messages=messages, tools=None, documents=None, add_generation_prompt=False)
        encoding = tokenizer.encode(text, add_special_tokens=False)
        start = text.index(ASSISTANT) + len(ASSISTANT)
        end = len(text.rstrip("\n"))
        weights = [int(start <= begin and stop <= end) for begin, stop in encoding.offsets]
        return {"token_ids": encoding.ids, "loss_weights": weights}

    start = time.perf_counter()
    data = load_dataset("json", data_files=rows, split="train")
    data = data.map(encode, remove_columns=data.column_names)
    encoded = time.perf_counter()
    lengths = [len(token_ids) for token_ids in data["token_ids"]]
    packs = pack(lengths, max_tokens, seed)
    seconds = time.perf_counter() - start
    first = data[0]
    return {
        "seconds": seconds,
        "encodeSeconds": encoded - start,
        "rows": len(lengths),
        "tokens": sum(lengths),
        "trainedTokens": sum(sum(weights) for weights in data["loss_weights"]),
        "packs": len(packs),
        "firstIds": first["token_ids"],
        "firstWeights": first["loss_weights"],
        "rssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "versions": {
            "python": sys.version.split()[0],
            "datasets": datasets.__version__,
            "tokenizers": tokenizers.__version__,
            "jinja2": jinja2.__version__,
        },
    }


def pack(lengths: list[int], max_tokens: int, seed: int) -> list[list[int]]:
    """First-fit on a seeded shuffle."""
    order = list(range(len(lengths)))
    random.Random(seed).shuffle(order)
    packs: list[list[int]] = []
    room: list[int] = []
    for row in order:
        for pack_index, left in enumerate(room):
            if lengths[row] <= left:
                packs[pack_index].append(row)
                room[pack_index] -= lengths[row]
                break
        else:
            packs.append([row])
            room.append(max_tokens - lengths[row])
    return packs


if __name__ == "__main__":
    datasets.disable_progress_bars()
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
