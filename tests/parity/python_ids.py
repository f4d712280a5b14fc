"""Encodes texts with Python's tokenizers, for tokenizer-parity.ts to compare with.

Reads {"file", "texts", "control"} as JSON from standard input; writes {"asControl": [ids...], "asText": [ids...]}: with
the texts of control tokens read as these, and as text.
"""

import json
import sys

from tokenizers import AddedToken, Tokenizer

request = json.load(sys.stdin)
tokenizer = Tokenizer.from_file(request["file"])
tokenizer.no_truncation()
tokenizer.no_padding()


def encode_all() -> list[list[int]]:
    return [encoding.ids for encoding in tokenizer.encode_batch(request["texts"], add_special_tokens=False)]


as_control = encode_all()
# Those that the file does not mark special are marked here; all other properties stay.
added = {token.content: token for token in tokenizer.get_added_tokens_decoder().values()}
unmarked = [added[text] for text in request["control"] if not added[text].special]
tokenizer.add_special_tokens(
    [
        AddedToken(
            token.content,
            single_word=token.single_word,
            lstrip=token.lstrip,
            rstrip=token.rstrip,
            normalized=token.normalized,
            special=True,
        )
        for token in unmarked
    ]
)
tokenizer.encode_special_tokens = True
json.dump({"asControl": as_control, "asText": encode_all()}, sys.stdout)
