import { expect, test } from "@jest/globals";
import { scoringWindows } from "../../../sdk/src/evaluation/scoring-windows.js";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test("a text that fits is one window", () => {
  expect(scoringWindows([1, 2, 3], [0], { maxSequenceTokens: 3 })).toEqual([{ tokenIds: [0, 1, 2, 3], from: 1 }]);
});

test("without a stride windows are those of lm-evaluation-harness", () => {
  // list(map(make_disjoint_window, get_rolling_token_windows(range(1, 11), 0, 3, 1))) of lm_eval.utils 0.4.13: inputs and targets
  // ([0], [1, 2, 3]), ([3], [4, 5, 6]), ([6], [7, 8, 9]), ([7, 8, 9], [10]): context and targets.
  expect(scoringWindows(range(1, 11), [0], { maxSequenceTokens: 3 })).toEqual([
    { tokenIds: [0, 1, 2, 3], from: 1 },
    { tokenIds: [3, 4, 5, 6], from: 1 },
    { tokenIds: [6, 7, 8, 9], from: 1 },
    { tokenIds: [7, 8, 9, 10], from: 3 },
  ]);
});

test("a stride leaves the rest of a window to context", () => {
  expect(scoringWindows(range(1, 9), [0], { maxSequenceTokens: 4, strideTokens: 2 })).toEqual([
    { tokenIds: [0, 1, 2, 3, 4], from: 1 },
    { tokenIds: [2, 3, 4, 5, 6], from: 3 },
    { tokenIds: [4, 5, 6, 7, 8], from: 3 },
  ]);
});

test.each([1, 2, 3, 4])("with a stride of %d each token is scored once, in order", (strideTokens) => {
  const windows = scoringWindows(range(1, 40), [0, 0], { maxSequenceTokens: 4, strideTokens });
  expect(windows.flatMap(({ tokenIds, from }) => tokenIds.slice(from))).toEqual(range(1, 40));
  expect(Math.max(...windows.map(({ tokenIds }) => tokenIds.length))).toBe(5);
});
