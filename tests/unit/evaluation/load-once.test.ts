import { expect, test } from "@jest/globals";
import { loadOnce } from "../../../sdk/src/evaluation/load-once.js";
import type { GenerationTask } from "../../../sdk/src/evaluation/task.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";

/** A task as a user may write it: a class with private state. */
class Counted implements GenerationTask<string> {
  readonly kind = "generation";
  readonly name = "counted";
  readonly rule = { name: "counted", version: "1" };
  readonly maxNewTokens = 3;
  readonly stopStrings = ["."];
  readonly seed = 5;
  #loads = 0;
  #prefix = "asked: ";

  async load() {
    this.#loads += 1;
    return [`load ${this.#loads}`];
  }

  prompt(item: string) {
    return this.#prefix + item;
  }

  target(item: string) {
    return item.toUpperCase();
  }

  cluster(item: string) {
    return this.#prefix + item.length;
  }

  score(item: string, output: string) {
    return { metrics: { same: item === output ? 1 : 0 } };
  }
}

test("loads once, and is the same task in all else", async () => {
  const task = loadOnce(new Counted());
  if (task.kind !== "generation") throw new Error("the kind has changed");
  expect(await task.load()).toEqual(["load 1"]);
  expect(await task.load()).toEqual(["load 1"]);
  expect(task).toMatchObject({ name: "counted", rule: { version: "1" }, maxNewTokens: 3, stopStrings: ["."], seed: 5 });
  expect(task.prompt("a")).toBe("asked: a");
  expect(task.target("a")).toBe("A");
  expect(task.cluster?.("a")).toBe("asked: 1");
  expect(await task.score("a", "a")).toEqual({ metrics: { same: 1 } });
});

test("leaves a drift task, which loads nothing, as it is", () => {
  const task = drift();
  expect(loadOnce(task)).toBe(task);
});
