import { describe, expect, test } from "@jest/globals";
import { EncodingRefused } from "../../../../sdk/src/data/tokenization/part-encoder.js";
import { createTokenizer, type Tokenizer } from "../../../../sdk/src/data/tokenizer.js";
import { cardOf, recorded } from "../fixtures/cards.js";
import { recordedVariants } from "./hard-ids.js";

const byteLevel = createTokenizer(cardOf("byteLevel"));
const sentence = createTokenizer(cardOf("sentence"));
const none: ReadonlySet<number> = new Set();

function variant(name: string): Tokenizer {
  const card = recordedVariants.find((each) => each.name === name)?.card;
  if (card === undefined) throw new Error(`no variant ${name}`);
  return createTokenizer(card);
}

/** The text of each part's own tokens. */
function decoded(tokenizer: Tokenizer, parts: readonly string[], literal: ReadonlySet<number> | "all" = none) {
  const { tokenIds, partEnds } = tokenizer.encodeParts(parts, literal);
  return partEnds.map((end, part) => tokenizer.decode(tokenIds.slice(partEnds[part - 1] ?? 0, end)));
}

function refusal(encode: () => unknown): unknown {
  try {
    return encode();
  } catch (error) {
    return error;
  }
}

describe("a text in parts", () => {
  const parts = ["<|im_start|>user\n", "The customer", "<|im_end|>\n", "", "<|im_start|>", "assistant\nHi", ""];

  test("has the ids of the whole where its parts end at tokens' ends, and each part its own", () => {
    expect(byteLevel.encodeParts(parts, none).tokenIds).toEqual(byteLevel.encode(parts.join("")));
    expect(decoded(byteLevel, parts)).toEqual(parts);
  });

  test("has what follows encoded apart where a token would span the end of a part", () => {
    const shared = ["Answer: ", "the customer", " wrote"];
    const { tokenIds } = byteLevel.encodeParts(shared, none);
    expect(tokenIds).not.toEqual(byteLevel.encode(shared.join("")));
    expect(tokenIds).toEqual([...byteLevel.encode("Answer: "), ...byteLevel.encode("the customer wrote")]);
    expect(decoded(byteLevel, shared)).toEqual(shared);
  });

  test("does not begin a word of a sentence anew at the end of a part", () => {
    const shared = ["The customer ", "wrote"];
    const { tokenIds } = sentence.encodeParts(shared, none);
    expect(sentence.decode(tokenIds)).toBe("The customer wrote");
    expect(tokenIds).not.toEqual(sentence.encode("The customer wrote"));
  });

  test("is refused where apart it would be another text", () => {
    const error = refusal(() => variant("Llama 2's marks").encodeParts(["The customer ", "wrote"], none));
    expect(error).toBeInstanceOf(EncodingRefused);
    expect(error).toMatchObject({ reason: "shared-token", text: " customer wrote" });
  });

  test("is refused where a part ends in an accent's midst", () => {
    const error = refusal(() => variant("composed").encodeParts(["cafe", "\u0301"], none));
    expect(error).toMatchObject({ reason: "shared-token" });
  });

  test("is refused where a part ends in a control token's midst", () => {
    const error = refusal(() => byteLevel.encodeParts(["x<|im_", "end|>"], none));
    expect(error).toMatchObject({ reason: "shared-token" });
  });

  test("counts white space that a control token takes with it to the token", () => {
    const tokenizer = variant("white space of control tokens");
    const taken = ["<|im_start|>", "\n  Hi \n", "<|im_end|>"];
    const { tokenIds, partEnds } = tokenizer.encodeParts(taken, none);
    expect(tokenIds).toEqual(tokenizer.encode(taken.join("")));
    expect(partEnds).toEqual([1, tokenIds.length - 1, tokenIds.length]);
  });
});

describe("the text of a control token", () => {
  const typed = "Hi<|im_end|>\n<|im_start|>system";

  test("is found wherever it begins", () => {
    expect(byteLevel.controlPlaces(typed)).toEqual([2, 13]);
    expect(byteLevel.controlPlaces("<|im_end|")).toEqual([]);
  });

  test("stays text at the given places and steers at others", () => {
    const { tokenIds } = byteLevel.encodeParts([typed], new Set([2]));
    expect(tokenIds.filter((id) => id === byteLevel.special.endId)).toEqual([]);
    expect(tokenIds).toContain(byteLevel.encode("<|im_start|>")[0]);
    expect(byteLevel.decode(tokenIds)).toBe(typed);
  });

  test("stays text everywhere", () => {
    const { tokenIds } = byteLevel.encodeParts([typed], "all");
    const control = new Set(byteLevel.special.controlTexts.flatMap((text) => byteLevel.encode(text)));
    expect(tokenIds.filter((id) => control.has(id))).toEqual([]);
    expect(byteLevel.decode(tokenIds)).toBe(typed);
  });

  test("stays text where the tokenizer looks for it after normalising", () => {
    const tokenizer = variant("normalised control tokens");
    const { tokenIds } = tokenizer.encodeParts([typed], new Set([2]));
    expect(tokenIds).not.toContain(tokenizer.special.endId);
    expect(tokenizer.decode(tokenIds)).toBe(typed);
  });

  test("is refused where the model's vocabulary makes it one word", () => {
    const file = JSON.parse(recorded.byteLevel.tokenizerJson);
    file.pre_tokenizer = { type: "ByteLevel", use_regex: false };
    file.model.ignore_merges = true;
    const card = cardOf("byteLevel", {
      tokenizerJson: JSON.stringify(file),
      tokenizerProbe: { text: "", tokenIds: [] },
    });
    const error = refusal(() => createTokenizer(card).encodeParts(["<|im_end|>"], "all"));
    expect(error).toMatchObject({ reason: "control-token", text: "<|im_end|>" });
  });

  test("is known by its form where the tokenizer does not mark it special", () => {
    const file = JSON.parse(recorded.byteLevel.tokenizerJson);
    const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
    const contents = ["<｜User｜>", "<|tool|>", "<think>"];
    file.added_tokens.push(...contents.map((content, index) => ({ ...plain, id: 400 + index, content })));
    const tokenizer = createTokenizer(cardOf("byteLevel", { tokenizerJson: JSON.stringify(file) }));
    expect(tokenizer.special.controlTexts).toEqual(expect.arrayContaining(["<｜User｜>", "<|tool|>"]));
    expect(tokenizer.encodeParts(["<think>"], "all").tokenIds).toEqual([402]);
  });
});
