"""Reads a model's tokenizer: tokenizer.json whole, its settings, and the chat template wherever that is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from midblock_server.core.errors import ModelError
from midblock_server.core.model_files import refuse_remote_code


@dataclass(frozen=True, eq=False)
class TokenizerFiles:
    """The tokenizer and what it was made from. ``config_json`` is empty where there is no tokenizer_config.json."""

    tokenizer: Tokenizer
    tokenizer_json: str
    config_json: str
    config: dict[str, Any]
    chat_template: str | None

    def id_of(self, kind: str) -> int | None:
        """Id of the token that the settings name as "bos_token", "eos_token" or "pad_token"."""
        token = self.config.get(kind)
        content = token.get("content") if isinstance(token, dict) else token
        return self.tokenizer.token_to_id(content) if isinstance(content, str) else None


def read_tokenizer(folder: Path) -> TokenizerFiles:
    """Reads the tokenizer of a model folder; one kept in an older form is turned into tokenizer.json in memory.

    Raises ModelError: "unsafe-model" when it needs Python code of its own, "unsupported-model" when there is none,
    "model-load-failed" when a file is broken.
    """
    config_json = _text_of(folder / "tokenizer_config.json") or ""
    config = _parse(config_json, folder) if config_json else {}
    tokenizer_json = _text_of(folder / "tokenizer.json")
    if tokenizer_json is None:
        refuse_remote_code(config, folder)
        tokenizer_json = _convert_older_form(folder)
    try:
        tokenizer = Tokenizer.from_str(tokenizer_json)
    except Exception as error:  # the library raises nothing narrower
        raise _broken(folder / "tokenizer.json", error) from error
    # Some files carry a truncation length or padding: those are settings of a program, and would silently cut.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return TokenizerFiles(tokenizer, tokenizer_json, config_json, config, _chat_template(folder, config))


def _parse(config_json: str, folder: Path) -> dict[str, Any]:
    try:
        config = json.loads(config_json)
    except ValueError as error:
        raise _broken(folder / "tokenizer_config.json", error) from error
    return config if isinstance(config, dict) else {}


def _broken(path: Path, error: Exception) -> ModelError:
    return ModelError(
        "model-load-failed",
        f"The file {path} is broken.",
        found=str(error),
        wanted="the file as the model's makers wrote it",
        next_step="Get it again from the model's origin.",
    )


def _convert_older_form(folder: Path) -> str:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        converted: str = tokenizer.backend_tokenizer.to_str()
    except (OSError, ValueError, AttributeError, ImportError) as error:
        raise ModelError(
            "unsupported-model",
            f"The model in {folder} has no tokenizer that midblock can read.",
            found=str(error),
            wanted="tokenizer.json",
            next_step="Get tokenizer.json from the model's origin, and put it beside the weights.",
        ) from error
    return converted


def _chat_template(folder: Path, config: dict[str, Any]) -> str | None:
    """The template, from where newer and then older versions of transformers keep it. A list's "default" counts."""
    separate = _text_of(folder / "chat_template.jinja")
    if separate is not None:
        return separate
    inside = config.get("chat_template")
    if isinstance(inside, list):
        return next((each["template"] for each in inside if each.get("name") == "default"), None)
    return inside if isinstance(inside, str) else None


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
