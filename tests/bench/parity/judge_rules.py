"""Judges recorded outputs with lm-evaluation-harness's own code: one JSON line in, one JSON line out, in order.

A line is {"rule": "gsm8k", "answer", "output"} or {"rule": "ifeval", "prompt", "instructions": [{"id", "kwargs"}], "output"}.
NLTK_DATA must name a folder with tokenizers/punkt_tab.
"""

from __future__ import annotations

import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

import langdetect
from lm_eval.api.metrics import exact_match_hf_evaluate
from lm_eval.filters.extraction import RegexFilter
from lm_eval.tasks.ifeval import instructions_util, utils
from nltk.tokenize.punkt import PunktTokenizer

IGNORED = [",", r"\$", r"(?s).*#### ", r"\.$"]
FILTERS = {
    "strict-match": RegexFilter(r"#### (\-?[0-9\.\,]+)"),
    "flexible-extract": RegexFilter(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1),
}


def gsm8k(line: dict[str, Any]) -> dict[str, Any]:
    verdicts = {}
    for name, extract in FILTERS.items():
        found = next(iter(extract.apply([[line["output"]]], [{}])))[0]
        same = exact_match_hf_evaluate([found], [line["answer"]], regexes_to_ignore=IGNORED, ignore_case=True)
        verdicts[name] = {"extracted": found, "right": bool(same["exact_match"])}
    return verdicts


def ifeval(line: dict[str, Any]) -> dict[str, Any]:
    example = SimpleNamespace(
        key=0,
        prompt=line["prompt"],
        instruction_id_list=[one["id"] for one in line["instructions"]],
        kwargs=[one["kwargs"] for one in line["instructions"]],
    )
    strict = utils.test_instruction_following_strict(example, line["output"])
    loose = utils.test_instruction_following_loose(example, line["output"])
    return {"strict": strict.follow_instruction_list, "loose": loose.follow_instruction_list}


def main() -> None:
    logging.disable(logging.CRITICAL)
    # langdetect draws at random unless it is given a seed.
    langdetect.DetectorFactory.seed = 0
    # The harness asks NLTK for a pickle that newer versions of it no longer take; the same model comes as a table.
    instructions_util._get_sentence_tokenizer = lambda: PunktTokenizer("english")
    judges = {"gsm8k": gsm8k, "ifeval": ifeval}
    for text in sys.stdin:
        line = json.loads(text)
        print(json.dumps(judges[line["rule"]](line)))


main()
