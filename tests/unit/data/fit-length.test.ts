import { describe, expect, test } from "@jest/globals";
import type { Datum } from "../../../sdk/src/data/datum.js";
import { type Cut, cutToLength, lostTokens } from "../../../sdk/src/data/fit-length.js";
import { OptionsError } from "../../../sdk/src/errors.js";

const source = { file: "rows.jsonl", line: 1 };
/** Start token 1, then 10 to 18, then the end token 2; all but the start is learnt. */
const datum: Datum = {
  tokenIds: [1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 2],
  lossWeights: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  source,
};

function cut(kind: Cut, maxTokens = 5, startIds: readonly number[] = [1]) {
  return cutToLength(datum, kind, { maxTokens, startIds }).map(({ tokenIds, lossWeights }) => ({
    tokenIds,
    lossWeights,
  }));
}

describe("cutToLength", () => {
  test("keeps the beginning, whose first token is still predicted by the start", () => {
    expect(cut("truncate-end")).toEqual([{ tokenIds: [1, 10, 11, 12, 13], lossWeights: [0, 1, 1, 1, 1] }]);
  });

  test("keeps the end behind the start token, which does not predict it", () => {
    expect(cut("truncate-start")).toEqual([{ tokenIds: [1, 16, 17, 18, 2], lossWeights: [0, 0, 1, 1, 1] }]);
  });

  test("splits into parts that follow each other, each behind the start token", () => {
    expect(cut("split")).toEqual([
      { tokenIds: [1, 10, 11, 12, 13], lossWeights: [0, 1, 1, 1, 1] },
      { tokenIds: [1, 14, 15, 16, 17], lossWeights: [0, 0, 1, 1, 1] },
      { tokenIds: [1, 18, 2], lossWeights: [0, 0, 1] },
    ]);
  });

  test("puts no start token where the example has none", () => {
    expect(cut("truncate-start", 5, [99])[0]?.tokenIds).toEqual([15, 16, 17, 18, 2]);
    expect(cut("truncate-start", 5, [])[0]?.lossWeights).toEqual([0, 1, 1, 1, 1]);
  });

  test("counts what no part has, start tokens that parts repeat aside", () => {
    const lost = (kind: Cut) => lostTokens(datum, cutToLength(datum, kind, { maxTokens: 5, startIds: [1] }), [1]);
    expect(lost("truncate-end")).toEqual({ tokens: 6, trainedTokens: 6 });
    expect(lost("truncate-start")).toEqual({ tokens: 6, trainedTokens: 7 });
    expect(lost("split")).toEqual({ tokens: 0, trainedTokens: 2 });
  });

  test("refuses a limit that leaves no room", () => {
    expect(() => cut("split", 2)).toThrow(OptionsError);
    expect(() => cut("split", 2)).toThrow(/found: {2}maxTokens: 2, of which 1[\s\S]*at least 3/);
  });
});
