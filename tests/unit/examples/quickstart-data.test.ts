/** The quickstart's committed data: what its generator writes, varied, and with nothing of the test in training. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { quickstartRows, type Row, toJsonl } from "../../../examples/data/generate.js";

function committed(name: string): string {
  return readFileSync(new URL(`../../../examples/data/${name}.jsonl`, import.meta.url), "utf8");
}

function contents(rows: readonly Row[], role: "user" | "assistant"): string[] {
  return rows.map((row) => row.messages.find((message) => message.role === role)?.content ?? "");
}

const { train, test: held } = quickstartRows();

describe("the quickstart's data", () => {
  test("is what the seeded generator writes", () => {
    expect(committed("train")).toBe(toJsonl(train));
    expect(committed("test")).toBe(toJsonl(held));
  });

  test("has 400 training and 120 test rows", () => {
    expect(train).toHaveLength(400);
    expect(held).toHaveLength(120);
  });

  test.each(["user", "assistant"] as const)("has no %s message of the test in training, nor one twice", (role) => {
    const inTraining = new Set(contents(train, role));
    expect(inTraining.size).toBe(400);
    expect(contents(held, role).filter((content) => inTraining.has(content))).toEqual([]);
    expect(new Set(contents(held, role)).size).toBe(120);
  });

  test("has records of one schema", () => {
    for (const content of contents([...train, ...held], "assistant")) {
      const record: unknown = JSON.parse(content);
      expect(record).toEqual({
        customer: expect.stringMatching(/^\w+ \w+$/),
        product: expect.stringMatching(/^[a-z ]+$/),
        problem: expect.stringMatching(/^(damaged|late|wrong_item|missing_part|not_working)$/),
        ordered: expect.stringMatching(/^2026-\d\d-\d\d$/),
        amount: expect.any(Number),
        wants: expect.stringMatching(/^(refund|replacement|repair)$/),
      });
    }
  });

  test("varies: each field takes many values, and the message tells what the record says", () => {
    const records = contents(train, "assistant").map((content): Record<string, unknown> => JSON.parse(content));
    const different = (field: string) => new Set(records.map((record) => record[field])).size;
    expect(different("customer")).toBeGreaterThan(300);
    expect(different("product")).toBe(32);
    expect(different("ordered")).toBeGreaterThan(200);
    expect(different("amount")).toBeGreaterThan(250);
    for (const [index, message] of contents(train, "user").entries()) {
      expect(message).toContain(records[index]?.["customer"]);
      expect(message).toContain(records[index]?.["product"]);
    }
  });
});
