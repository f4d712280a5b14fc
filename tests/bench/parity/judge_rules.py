"""Judges outputs with lm-evaluation-harness's own code. Usage: judge_rules.py FILE. Prints one JSON line for each line.

A line of the file is {"rule": "gsm8k", "answer", "output"} or {"rule": "ifeval", "prompt", "instructions": [{"id", "kwargs"}],
"output"}. A printed line lists, for each rule in order, its name and its verdict; null where the harness's code fails on
the output, as it does on JSON that is nested a thousand deep. NLTK must find its punkt_tab.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import langdetect
from lm_eval.api.metrics import exact_match_hf_evaluate
from lm_eval.filters.extraction import RegexFilter
from lm_eval.tasks.ifeval import utils

Verdict = tuple[str, dict[str, Any] | None]

IGNORED = [",", r"\$", r"(?s).*#### ", r"\.$"]
FILTERS = {
    "strict-match": RegexFilter(r"#### (\-?[0-9\.\,]+)"),
    "flexible-extract": RegexFilter(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1),
}


def gsm8k(line: dict[str, Any]) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for name, extract in FILTERS.items():
        found = next(iter(extract.apply([[line["output"]]], [{}])))[0]
        same = exact_match_hf_evaluate([found], [line["answer"]], regexes_to_ignore=IGNORED, ignore_case=True)
        verdicts.append((name, {"extracted": found, "right": bool(same["exact_match"])}))
    return verdicts


def ifeval(line: dict[str, Any]) -> list[Verdict]:
    return [(one["id"], follows(line, one)) for one in line["instructions"]]


def follows(line: dict[str, Any], instruction: dict[str, Any]) -> dict[str, Any] | None:
    example = SimpleNamespace(
        key=0,
        prompt=line["prompt"],
        instruction_id_list=[instruction["id"]],
        kwargs=[instruction["kwargs"]],
    )
    try:
        strict = utils.test_instruction_following_strict(example, line["output"])
        loose = utils.test_instruction_following_loose(example, line["output"])
    except RecursionError:
        return None
    return {"strict": strict.follow_all_instructions, "loose": loose.follow_all_instructions}


def main() -> None:
    logging.disable(logging.CRITICAL)
    # langdetect draws at random unless it is given a seed.
    langdetect.DetectorFactory.seed = 0
    judges = {"gsm8k": gsm8k, "ifeval": ifeval}
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            print(json.dumps(judges[line["rule"]](line)))


main()
