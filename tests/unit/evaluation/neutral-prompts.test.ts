import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { neutralPrompts } from "../../../sdk/src/evaluation/neutral-prompts.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";

test("there are 48 prompts, no two alike", () => {
  expect(new Set(neutralPrompts).size).toBe(48);
});

test("no prompt touches the domain of the example data", () => {
  const domain = /customer|order(ed)?\b|refund|invoice|product|shop|deliver|parcel|package|json|extract|record/i;
  expect(neutralPrompts.filter((prompt) => domain.test(prompt))).toEqual([]);
});

test("the prompts are those of the rule's version", () => {
  // When this fails, raise the version in tasks/drift.ts: drift over other prompts is another number.
  const hash = createHash("sha256").update(JSON.stringify(neutralPrompts)).digest("hex");
  expect([drift().rule.version, hash.slice(0, 16)]).toEqual(["3", "f974057579b2ead8"]);
});
