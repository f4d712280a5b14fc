"""Renders conversations by the model's chat template, in transformers' own sandbox."""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateError

from midblock_server.core.tokenizer_files import TokenizerFiles

Messages = list[dict[str, str]]


def render_template(files: TokenizerFiles, messages: Messages, *, add_generation_prompt: bool = False) -> str | None:
    """Text of a conversation; None where there is no template or it refuses the messages."""
    from transformers.utils.chat_template_utils import render_jinja_template

    if files.chat_template is None:
        return None
    try:
        rendered, _ = render_jinja_template(
            [messages],
            chat_template=files.chat_template,
            add_generation_prompt=add_generation_prompt,
            **_named_tokens(files.config),
        )
    except (TemplateError, TypeError, KeyError, AttributeError):
        return None
    return str(rendered[0])


def _named_tokens(config: dict[str, Any]) -> dict[str, Any]:
    """Texts of the special tokens that the settings name, as a template may refer to them."""
    named = {key: _content(value) for key, value in config.items() if key.endswith("_token")}
    return {key: content for key, content in named.items() if content is not None}


def _content(token: Any) -> str | None:
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else None
