"""The peer: a task of lm-evaluation-harness on its hf backend.

Usage: peer.py SETTINGS, where SETTINGS is JSON with the fields of ``Settings``. Prints one JSON line. The evaluation is
timed from reading the rows to the last verdict; importing and loading the model are left out.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lm_eval
import torch
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager


@dataclass(frozen=True)
class Settings:
    """``task`` is a task's configuration as in its YAML file; ``include`` in it is a path among the harness's own tasks."""

    model_folder: str
    dtype: str
    threads: int
    batch_size: int
    task: dict[str, Any]
    chat: bool = False
    max_length: int | None = None
    limit: int | None = None
    max_new_tokens: int | None = None


def main(settings: Settings) -> dict[str, Any]:
    torch.set_num_threads(settings.threads)
    model = HFLM(
        settings.model_folder,
        device="cpu",
        dtype=settings.dtype,
        batch_size=settings.batch_size,
        max_length=settings.max_length,
    )
    # The harness's own tasks, of which there are thousands, are not searched.
    task_manager = TaskManager(include_defaults=False)
    with tempfile.TemporaryDirectory() as folder:
        task_file = Path(folder, "task.yaml")
        # JSON is YAML.
        task_file.write_text(json.dumps(with_whole_include(settings.task)), encoding="utf-8")
        started = time.perf_counter()
        outcome = lm_eval.simple_evaluate(
            model,
            tasks=[str(task_file)],
            task_manager=task_manager,
            limit=settings.limit,
            bootstrap_iters=0,
            apply_chat_template=settings.chat,
            gen_kwargs=None if settings.max_new_tokens is None else {"max_gen_toks": settings.max_new_tokens},
        )
        seconds = time.perf_counter() - started
    [samples] = outcome["samples"].values()
    packages = ("lm_eval", "torch", "transformers")
    versions = {"peer.python": platform.python_version(), **{f"peer.{name}": version(name) for name in packages}}
    return {"seconds": seconds, "items": items_of(samples), "versions": versions}


def with_whole_include(task: dict[str, Any]) -> dict[str, Any]:
    if "include" not in task:
        return task
    return {**task, "include": str(Path(lm_eval.__file__).parent / "tasks" / task["include"])}


def items_of(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a row, in the rows' order; its verdicts by filter, of which likelihoods have one."""
    items: dict[int, dict[str, Any]] = {}
    for sample in samples:
        item = items.setdefault(
            sample["doc_id"],
            {
                "prompts": [arguments[0] for arguments in sample["arguments"]],
                "responses": [response[0] for response in sample["resps"]],
                "verdicts": {},
            },
        )
        found = sample["filtered_resps"][0] if isinstance(sample["filtered_resps"][0], str) else None
        metrics = {metric: sample[metric] for metric in sample["metrics"]}
        item["verdicts"][sample["filter"]] = {"extracted": found, "metrics": metrics}
    return [items[index] for index in sorted(items)]


if __name__ == "__main__":
    print(json.dumps(main(Settings(**json.loads(sys.argv[1])))))
