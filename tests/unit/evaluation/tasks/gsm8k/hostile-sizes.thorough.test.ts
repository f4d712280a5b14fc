/** Outputs of ten megabytes that make careless expressions take for ever. */
import { expect, test } from "@jest/globals";
import { gsm8k } from "../../../../../sdk/src/evaluation/tasks/gsm8k/gsm8k.js";
import { rowsSource } from "../../../../support/rows-source.js";

const asked = rowsSource([{ question: "How many legs have 2 dogs?", answer: "2 * 4 = 8\n#### 8" }]);

test.each(["1", "1,", "-.", "$"])("judges 10 MB of %j", async (piece) => {
  const task = gsm8k({ data: asked, fewShot: 0 });
  const [item] = await task.load();
  if (item === undefined) throw new Error("no item");
  const { metrics } = await task.score(item, `#### ${piece.repeat(10_000_000 / piece.length)}`);
  expect(metrics).toMatchObject({ "strict-match": 0, "flexible-extract": 0 });
});
