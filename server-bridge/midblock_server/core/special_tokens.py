"""Finds the token ids that begin, end and pad a sequence, from every place where models keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from midblock_server.core.tokenizer_files import TokenizerFiles
from midblock_server.core.types import SpecialTokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

REPLY_MARK = "midblock-reply-mark"


def find_special_tokens(module: PreTrainedModel, files: TokenizerFiles) -> SpecialTokens:
    """Collects the ids. Ends of generation: those of generation_config, config and tokenizer, and the end of a turn.

    A model may have none of them.
    """
    config, generation = module.config.get_text_config(), module.generation_config
    ends = [
        *_ids(getattr(generation, "eos_token_id", None)),
        *_ids(getattr(config, "eos_token_id", None)),
        *_ids(files.id_of("eos_token")),
        *_ids(_end_of_turn(files)),
    ]
    return SpecialTokens(
        bos_id=_first(files.id_of("bos_token"), getattr(config, "bos_token_id", None)),
        eos_ids=tuple(dict.fromkeys(ends)),
        pad_id=_first(files.id_of("pad_token"), getattr(config, "pad_token_id", None)),
    )


def _ids(value: int | Iterable[int] | None) -> list[int]:
    if value is None:
        return []
    return [value] if isinstance(value, int) else list(value)


def _first(*candidates: int | None) -> int | None:
    return next((each for each in candidates if each is not None), None)


def _end_of_turn(files: TokenizerFiles) -> int | None:
    """The special token that the chat template puts right after a reply, found by rendering one."""
    if files.chat_template is None:
        return None
    rendered = _render_one_exchange(files.chat_template, files.config)
    after = rendered.rpartition(REPLY_MARK)[2].lstrip()
    specials = {
        token.content: id_ for id_, token in files.tokenizer.get_added_tokens_decoder().items() if token.special
    }
    matching = [content for content in specials if after.startswith(content)]
    return specials[max(matching, key=len)] if matching else None


def _render_one_exchange(template: str, config: dict[str, Any]) -> str:
    """Renders a question and a reply in transformers' own sandbox. Empty where the template refuses them."""
    from transformers.utils.chat_template_utils import render_jinja_template

    messages = [{"role": "user", "content": "question"}, {"role": "assistant", "content": REPLY_MARK}]
    tokens = {kind: _content(config.get(kind)) for kind in ("bos_token", "eos_token", "pad_token", "unk_token")}
    try:
        rendered, _ = render_jinja_template([messages], chat_template=template, **tokens)
    except (TemplateError, TypeError, KeyError, AttributeError):
        return ""
    return str(rendered[0])


def _content(token: Any) -> str:
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else ""
