import { describe, expect, test } from "@jest/globals";
import { createTokenizer } from "../../../../sdk/src/data/tokenizer.js";
import { TokenizerError } from "../../../../sdk/src/errors.js";
import { cardOf, recorded } from "../fixtures/cards.js";

const file = JSON.parse(recorded.byteLevel.tokenizerJson);

describe("a tokenizer that the library would follow only in part is refused, with what it is", () => {
  test.each([
    ["character map", { normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" } }],
    ["byte fallback", { model: { type: "Unigram", vocab: [["<unk>", 0]], unk_id: 0, byte_fallback: true } }],
    ["continuing subwords", { model: { ...file.model, continuing_subword_prefix: "##" } }],
    [
      "MergedWithNext",
      { pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithNext", invert: false } },
    ],
    ["Punctuation", { pre_tokenizer: { type: "Punctuation", behavior: "Removed" } }],
    [
      "ByteLevel",
      {
        pre_tokenizer: {
          type: "Sequence",
          pretokenizers: [{ type: "Digits" }, { type: "ByteLevel", add_prefix_space: true }],
        },
      },
    ],
  ])("%s", (what, changes) => {
    const make = () => createTokenizer(cardOf("byteLevel", { tokenizerJson: JSON.stringify({ ...file, ...changes }) }));
    expect(make).toThrow(TokenizerError);
    expect(make).toThrow(expect.objectContaining({ code: "tokenizer-mismatch", found: expect.stringContaining(what) }));
  });
});
