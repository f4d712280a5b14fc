"""Renders a conversation for the client to render as well: the proof that both sides read the chat template alike."""

from __future__ import annotations

import json
from datetime import datetime

from midblock_server.core.rendered_template import Messages, render_template
from midblock_server.core.tokenizer_files import TokenizerFiles
from midblock_server.core.types import TemplateProbe

_SYSTEM: Messages = [{"role": "system", "content": "Be brief: at most 2 lines.\n"}]
_EXCHANGE: Messages = [
    {
        "role": "user",
        "content": "  Wörds, a tab\there, 'single' and \"double\" quotes, <b>&amp;</b> {{ no_jinja }} 👩🏽‍🔬\n\n",
    },
    {"role": "assistant", "content": "First line\n\n  second\u00a0line. "},
    {"role": "user", "content": "And?"},
]
_CONVERSATIONS = (_SYSTEM + _EXCHANGE, _EXCHANGE, _EXCHANGE[:1])
"""The richest first: some templates refuse a system message, some anything but one question."""


def probe_template(files: TokenizerFiles) -> TemplateProbe | None:
    """Renders the first conversation that the template takes; None where it takes none, or there is no template."""
    for messages in _CONVERSATIONS:
        text, local_time = _render_within_a_second(files, messages)
        if text is not None:
            return TemplateProbe(json.dumps(messages, ensure_ascii=False), local_time, text)
    return None


def _render_within_a_second(files: TokenizerFiles, messages: Messages) -> tuple[str | None, str]:
    """Renders until the clock shows the same before and after: a template that writes the time then wrote that one."""
    while True:
        local_time = _local_time()
        text = render_template(files, messages, add_generation_prompt=True)
        if _local_time() == local_time:
            return text, local_time


def _local_time() -> str:
    return datetime.now().isoformat(timespec="seconds")
