import { expect, test } from "@jest/globals";
import { taskListSchema } from "../../../sdk/src/config/task-list-schema.js";
import { retention } from "../../../sdk/src/evaluation/retention/retention.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";
import { perplexity } from "../../../sdk/src/evaluation/tasks/perplexity.js";

test("the tasks of a suite take its place", () => {
  const tasks = taskListSchema().parse([perplexity({ data: ["a"] }), retention()]);
  expect(tasks.map(({ name }) => name)).toEqual([
    "perplexity",
    "drift",
    "retention-knowledge",
    "retention-following",
    "retention-language",
  ]);
});

test("names must differ, also between a suite and what stands beside it", () => {
  expect(taskListSchema().safeParse([drift(), retention()]).error?.issues[0]?.message).toBe(
    "tasks with different names",
  );
  expect(taskListSchema(1).safeParse([[]]).error?.issues[0]?.message).toBe("at least one task");
});
