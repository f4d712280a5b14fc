"""One training by the peer, TRL's SFTTrainer with PEFT: its seconds, loss and tokens by step, and its peak memory.

Usage: peer.py SETTINGS, where SETTINGS is JSON with the fields of ``Settings``. Prints one JSON line. The rows come as
tokens with labels, in the order of training, so that what is timed is the training alone.

TRL is left as it comes, but for what makes it do the same work as ours: the rows' order, the schedule, and the batch as
one padded micro-batch. Its gradient checkpointing, on by default, is off: it would add a third to its time.
"""

from __future__ import annotations

import json
import platform
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")


@dataclass(frozen=True)
class Settings:
    """What to train. ``ranks`` has a LoRA rank for each block, 0 for none; without it all weights are trained."""

    model_folder: str
    rows_file: str  # JSON lines: {"tokenIds": [...], "labels": [...]}, a label of -100 not being learnt
    steps: int
    batch_size: int
    learning_rate: float
    dtype: str  # of the weights; adapters are float32
    autocast: bool = False  # to bfloat16
    ranks: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    lora_scale: float = 2.0
    adapter_folder: str = ""  # begins from this adapter in place of a new one
    trained_blocks: tuple[int, ...] = ()  # without ranks: train the weights of these blocks alone


class Clock(TrainerCallback):  # type: ignore[misc]  # transformers is not typed here
    """Notes when each optimiser step ends."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, *unused: Any, **others: Any) -> None:
        self.ends.append(time.perf_counter())


class CountingCollator:
    """Counts what the trainer's own collator makes of each batch: its tokens, and those with a label."""

    def __init__(self, collator: Any) -> None:
        self._collator = collator
        self.tokens: list[int] = []
        self.trained_tokens: list[int] = []

    def __call__(self, examples: list[dict[str, Any]]) -> Any:
        batch = self._collator(examples)
        self.tokens.append(int(batch["attention_mask"].sum()))
        self.trained_tokens.append(int((batch["labels"][:, 1:] != -100).sum()))
        return batch


def main(settings: Settings) -> dict[str, Any]:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(settings, clock, folder)
        counts = CountingCollator(trainer.data_collator)
        trainer.data_collator = counts
        trainer.train()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "stepEnds": clock.ends,
        "losses": [entry["loss"] for entry in trainer.state.log_history if "loss" in entry],
        "tokens": counts.tokens[: settings.steps],
        "trainedTokens": counts.trained_tokens[: settings.steps],
        "peakBytes": peak if sys.platform == "darwin" else peak * 1024,
        "trainableParameters": sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def make_trainer(settings: Settings, clock: Clock, folder: str) -> SFTTrainer:
    arguments = SFTConfig(
        output_dir=folder,
        max_steps=settings.steps,
        per_device_train_batch_size=settings.batch_size,
        train_sampling_strategy="sequential",
        max_length=None,
        gradient_checkpointing=False,
        bf16=settings.autocast,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=0,
        use_cpu=True,
        dataloader_pin_memory=False,
        logging_steps=1,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
    )
    return SFTTrainer(
        model=make_model(settings),
        args=arguments,
        train_dataset=read_rows(settings),
        processing_class=AutoTokenizer.from_pretrained(settings.model_folder),
        peft_config=None if settings.adapter_folder else lora_config(settings),
        callbacks=[clock],
    )


def make_model(settings: Settings) -> Any:
    model = AutoModelForCausalLM.from_pretrained(settings.model_folder, dtype=getattr(torch, settings.dtype))
    if settings.adapter_folder:
        return PeftModel.from_pretrained(model, settings.adapter_folder, is_trainable=True)
    if settings.trained_blocks:
        model.requires_grad_(False)
        for index in settings.trained_blocks:
            model.model.layers[index].requires_grad_(True)
    return model


def lora_config(settings: Settings) -> LoraConfig | None:
    """Each block's rank: the lowest is the config's own, the others go by a pattern of their blocks' numbers."""
    adapted = [index for index, rank in enumerate(settings.ranks) if rank > 0]
    if not adapted:
        return None
    lowest = min(settings.ranks[index] for index in adapted)
    others = {index: settings.ranks[index] for index in adapted if settings.ranks[index] != lowest}
    patterns = {rf"layers\.{index}\..*": rank for index, rank in others.items()}
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=lowest,
        lora_alpha=settings.lora_scale * lowest,
        rank_pattern=patterns,
        alpha_pattern={pattern: settings.lora_scale * rank for pattern, rank in patterns.items()},
        target_modules=list(settings.targets),
        layers_to_transform=adapted,
    )


def read_rows(settings: Settings) -> Dataset:
    lines = Path(settings.rows_file).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return Dataset.from_list([{"input_ids": row["tokenIds"], "labels": row["labels"]} for row in rows])


if __name__ == "__main__":
    print(json.dumps(main(Settings(**json.loads(sys.argv[1])))))
