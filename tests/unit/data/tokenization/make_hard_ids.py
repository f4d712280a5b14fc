"""Records the ids that Python's tokenizers give the hard strings, for variants of the tests' small tokenizers.

Run by hand when a string or a variant is added: python tests/unit/data/tokenization/make_hard_ids.py
Writes hard-ids.jsonl beside it, a line a variant: what it changes in which tokenizer, and for each string its ids, as a
SHA-256 of their JSON where they are many; once with control tokens read as these, once as text.
"""

import hashlib
import json
from pathlib import Path

from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
RECORDED = json.loads((HERE.parent / "fixtures" / "python-output.json").read_text(encoding="utf-8"))
STRINGS = json.loads((HERE.parents[2] / "parity" / "hard-strings.json").read_text(encoding="utf-8"))
TEXTS = [entry["text"] * entry.get("times", 1) for entry in STRINGS]
MOST_IDS = 40

BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BYTES_ONLY = {**BYTES, "use_regex": False}
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split(pattern: str, behavior: str = "Isolated", invert: bool = False) -> dict[str, object]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def sequence(*stages: dict[str, object]) -> dict[str, object]:
    return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": list(stages)}}


LEGACY_LLAMA = {
    "pre_tokenizer": None,
    "normalizer": {
        "type": "Sequence",
        "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        ],
    },
}
GEMMA = {
    "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    "pre_tokenizer": {
        "type": "Split",
        "pattern": {"String": " "},
        "behavior": "MergedWithPrevious",
        "invert": False,
    },
}
VARIANTS: dict[str, tuple[str, dict[str, object]]] = {
    "as it is": ("byteLevel", {}),
    "single digits": ("byteLevel", sequence({"type": "Digits", "individual_digits": True}, BYTES)),
    "runs of digits": ("byteLevel", sequence({"type": "Digits", "individual_digits": False}, BYTES)),
    "space in front": ("byteLevel", {"pre_tokenizer": {**BYTES, "add_prefix_space": True}}),
    "single signs": ("byteLevel", sequence({"type": "Punctuation", "behavior": "Isolated"}, BYTES)),
    "runs of signs, digits last": (
        "byteLevel",
        sequence(
            {"type": "Punctuation", "behavior": "Contiguous"},
            BYTES,
            {"type": "Digits", "individual_digits": False},
            split("[0-9][0-9][0-9]"),
        ),
    ),
    "words and signs": ("byteLevel", sequence({"type": "Whitespace"}, BYTES_ONLY)),
    "between white space": ("byteLevel", sequence({"type": "WhitespaceSplit"}, BYTES_ONLY)),
    "inverted split": ("byteLevel", sequence(split(r"\p{L}+", invert=True), BYTES_ONLY)),
    "Llama 3's words": ("byteLevel", sequence(split(LLAMA_3), BYTES_ONLY)),
    "composed": ("byteLevel", {"normalizer": {"type": "NFC"}}),
    "white space of control tokens": (
        "byteLevel",
        {"added_tokens": {"<|im_start|>": {"rstrip": True}, "<|im_end|>": {"lstrip": True, "rstrip": True}}},
    ),
    "control tokens as words": ("byteLevel", {"added_tokens": {"<|im_end|>": {"single_word": True}}}),
    "normalised control tokens": ("byteLevel", {"added_tokens": {"<|im_end|>": {"normalized": True}}}),
    "marked words": ("sentence", {}),
    "marked words, always": ("sentence", {"pre_tokenizer": {**METASPACE, "prepend_scheme": "always"}}),
    "marked words, never": ("sentence", {"pre_tokenizer": {**METASPACE, "prepend_scheme": "never"}}),
    "marks, unsplit": ("sentence", {"pre_tokenizer": {**METASPACE, "split": False}}),
    "Llama 2's marks": ("sentence", LEGACY_LLAMA),
    "Gemma's marks": ("sentence", GEMMA),
}


def vary(base: str, changes: dict[str, object]) -> Tokenizer:
    file = json.loads(RECORDED[base]["tokenizerJson"])
    for key, value in changes.items():
        if key == "added_tokens":
            for token in file["added_tokens"]:
                token.update(value.get(token["content"], {}))
        else:
            file[key] = value
    return Tokenizer.from_str(json.dumps(file))


def encode_all(tokenizer: Tokenizer) -> list[list[int] | str]:
    encodings = tokenizer.encode_batch(TEXTS, add_special_tokens=False)
    return [shorten(encoding.ids) for encoding in encodings]


def shorten(ids: list[int]) -> list[int] | str:
    if len(ids) <= MOST_IDS:
        return ids
    return hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest()


def main() -> None:
    recorded = []
    for name, (base, changes) in VARIANTS.items():
        tokenizer = vary(base, changes)
        as_control = encode_all(tokenizer)
        tokenizer.encode_special_tokens = True
        recorded.append(
            {
                "name": name,
                "base": base,
                "changes": changes,
                "asControl": as_control,
                "asText": encode_all(tokenizer),
            }
        )
    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in recorded]
    (HERE / "hard-ids.jsonl").write_text("".join(lines), encoding="utf-8")


main()
