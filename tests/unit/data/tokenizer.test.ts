import { describe, expect, test } from "@jest/globals";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { TokenizerError } from "../../../sdk/src/errors.js";
import { cardOf, recorded } from "./fixtures/cards.js";

describe.each(["byteLevel", "sentence"] as const)("the %s tokenizer", (kind) => {
  const tokenizer = createTokenizer(cardOf(kind));

  test.each(recorded[kind].texts)("gives transformers' ids for $text", ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test("gives transformers' ids for every rendered conversation", () => {
    for (const { text, ids } of recorded[kind].rendered) expect(tokenizer.encode(text)).toEqual(ids);
  });
});

describe("createTokenizer", () => {
  test("decodes what it encoded, special tokens included", () => {
    const tokenizer = createTokenizer(cardOf("byteLevel"));
    const text = "Zoë's kettle , no ?<|im_end|> 🫖";
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.decode([])).toBe("");
  });

  test("knows what a raw text starts and ends with", () => {
    const { special } = createTokenizer(cardOf("byteLevel"));
    expect(special.startIds).toEqual([]);
    expect(special.endId).toBe(recorded.byteLevel.eosId);
    expect(special.controlTexts).toContain("<|im_start|>");
    const withBos = createTokenizer(cardOf("sentence")).special;
    expect(withBos.startIds).toEqual([1]);
    expect(withBos.endId).toBe(2);
    expect([...withBos.stopIds]).toEqual([2]);
  });

  test("works without tokenizer_config.json, by the ids of the card", () => {
    const { special } = createTokenizer(cardOf("byteLevel", { tokenizerConfigJson: "" }));
    expect(special.endId).toBe(recorded.byteLevel.eosId);
  });

  test("refuses to go on where the probe's ids differ, and says from where on", () => {
    const card = cardOf("byteLevel");
    const tokenIds = card.tokenizerProbe.tokenIds.with(2, 0);
    const make = () => createTokenizer({ ...card, tokenizerProbe: { ...card.tokenizerProbe, tokenIds } });
    expect(make).toThrow(TokenizerError);
    expect(make).toThrow(expect.objectContaining({ code: "tokenizer-mismatch" }));
    expect(make).toThrow(/from position 2 on/);
  });

  test("refuses where the sidecar has more tokens than the client", () => {
    const card = cardOf("byteLevel");
    const tokenIds = [...card.tokenizerProbe.tokenIds, 5];
    const probe = { ...card.tokenizerProbe, tokenIds };
    expect(() => createTokenizer({ ...card, tokenizerProbe: probe })).toThrow(
      new RegExp(`from position ${tokenIds.length - 1} on \\[5\\]`),
    );
  });

  test.each([
    ["no JSON", "{"],
    ["another form", '{"added_tokens": 3}'],
    ["a model kind that is not known", '{"model": {"type": "Oracle"}, "added_tokens": []}'],
  ])("names the tokenizer file where it is %s", (_, tokenizerJson) => {
    const make = () => createTokenizer(cardOf("byteLevel", { tokenizerJson }));
    expect(make).toThrow(TokenizerError);
    expect(make).toThrow(/tiny/);
  });
});
