"""Turns a GGUF file into a folder that transformers reads directly: float32 safetensors, tokenizer.json, settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, pre_tokenizers

from midblock_server.core.errors import ModelError

CONVERSION_VERSION = 1
"""Grows when the same GGUF would be converted differently, so that older copies are not used."""

# Values of tokenizer.ggml.pre, by what llama.cpp does for them before GPT-2's own splitting.
SPLIT_AS_GPT2 = frozenset({"gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling"})
SPLIT_EACH_DIGIT_FIRST = frozenset({"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"})


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Writes the converted model into ``folder``, which exists.

    Raises ModelError: "model-load-failed" for a file that is broken or that transformers does not know,
    "unsupported-model" for a tokenizer that can't be rebuilt faithfully.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        metadata = _read_metadata(gguf)
        _convert_weights(gguf, folder)
        _convert_tokenizer(gguf, folder)
    except (ValueError, KeyError, IndexError, RuntimeError, NotImplementedError) as error:
        raise ModelError(
            "model-load-failed",
            f"The GGUF file {gguf} can't be converted.",
            found=str(error),
            wanted="a whole GGUF file of an architecture that the installed transformers knows",
            next_step="Check the file against its origin, or use the model's safetensors version.",
        ) from error
    _restore_splitting(folder / "tokenizer.json", metadata.get("tokenizer.ggml.pre", "not named"), gguf)
    if "general.license" in metadata:
        (folder / "README.md").write_text(f"---\nlicense: {metadata['general.license']}\n---\n", encoding="utf-8")


def _read_metadata(gguf: Path) -> dict[str, str]:
    from gguf import GGUFReader

    fields = GGUFReader(gguf).fields
    wanted = ("general.license", "tokenizer.ggml.pre")
    return {name: str(fields[name].contents()) for name in wanted if name in fields}


def _convert_weights(gguf: Path, folder: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32, local_files_only=True, trust_remote_code=False
    )
    # The tensors are plain float32 by now, but the model still says "quantised" and then refuses to be saved.
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)


def _convert_tokenizer(gguf: Path, folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        gguf.parent, gguf_file=gguf.name, local_files_only=True, trust_remote_code=False
    )
    tokenizer.save_pretrained(folder)


def _restore_splitting(path: Path, rule: str, gguf: Path) -> None:
    """Splits text as the model was trained to; transformers takes GPT-2's rule where it knows none."""
    current: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["pre_tokenizer"] or {}
    has_gpt2_rule = current.get("type") == "ByteLevel" and current.get("use_regex", True)
    if not has_gpt2_rule or rule in SPLIT_AS_GPT2:
        return
    if rule not in SPLIT_EACH_DIGIT_FIRST:
        raise ModelError(
            "unsupported-model",
            f"The tokenizer in {gguf} splits text by a rule that is not known here, so its tokens could be wrong.",
            found=f"tokenizer.ggml.pre: {rule}",
            wanted=", ".join(sorted(SPLIT_AS_GPT2 | SPLIT_EACH_DIGIT_FIRST)) + ", or one that transformers knows",
            next_step="Use the model's safetensors version, which has its own tokenizer.json.",
        )
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"\p{N}"), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.save(str(path))
