"""Finds the token ids that begin, end and pad a sequence, from every place where models keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from midblock_server.core.rendered_template import render_template
from midblock_server.core.tokenizer_files import TokenizerFiles
from midblock_server.core.types import SpecialTokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

REPLY_MARK = "midblock-reply-mark"


def find_special_tokens(module: PreTrainedModel, files: TokenizerFiles) -> SpecialTokens:
    """Collects the ids. Ends of generation: those of generation_config, config and tokenizer, and the end of a turn.

    A model may have none of them.
    """
    # A class that transformers can't generate with has no generation_config.
    config, generation = module.config.get_text_config(), getattr(module, "generation_config", None)
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
    rendered = _render_one_exchange(files)
    after = rendered.rpartition(REPLY_MARK)[2].lstrip()
    specials = {
        token.content: id_ for id_, token in files.tokenizer.get_added_tokens_decoder().items() if token.special
    }
    matching = [content for content in specials if after.startswith(content)]
    return specials[max(matching, key=len)] if matching else None


def _render_one_exchange(files: TokenizerFiles) -> str:
    """Renders a question and a reply. Empty where the template refuses them."""
    messages = [{"role": "user", "content": "question"}, {"role": "assistant", "content": REPLY_MARK}]
    return render_template(files, messages) or ""
