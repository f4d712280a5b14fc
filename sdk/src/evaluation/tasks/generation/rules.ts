/** Ready rules for answers that a model wrote, for the generation task. */
import { z } from "zod";
import { OptionsError } from "../../../errors.js";
import type { ItemScore, Rule } from "../../task.js";
import { parseObject } from "../extract-record.js";
import { isClose, numericAnswer } from "../gsm8k/rules.js";

/** A rule and its judgement of one answer. `target` is what the row wants. */
export interface AnswerRule {
  readonly rule: Rule;
  score(output: string, target: string): ItemScore | Promise<ItemScore>;
}

/** How texts are compared. */
export interface ExactOptions {
  /** Upper and lower case are the same; default false. */
  readonly ignoreCase?: boolean;
}

/** Right if the answer is the wanted text, white space at both ends aside. Metric "exact". */
export function exact({ ignoreCase = false }: ExactOptions = {}): AnswerRule {
  const form = (text: string) => (ignoreCase ? text.trim().toLowerCase() : text.trim());
  return {
    rule: { name: ignoreCase ? "exact-ignoring-case" : "exact", version: "1" },
    score: (output, target) => ({
      metrics: { exact: form(output) === form(target) ? 1 : 0 },
      extracted: output.trim(),
      invalid: output.trim() === "",
    }),
  };
}

/**
 * Finds the answer by a pattern: its first group that matched, else the whole match, is compared with the wanted text, white space
 * at both ends aside. "last" takes the last match, default "first". Metric "match"; without a match the answer is invalid.
 */
export function pattern(expression: RegExp, which: "first" | "last" = "first"): AnswerRule {
  const global = new RegExp(expression.source, [...new Set([...expression.flags, "g"])].join(""));
  return {
    rule: { name: `pattern ${expression} ${which}`, version: "1" },
    score(output, target) {
      const found = [...output.matchAll(global)].at(which === "first" ? 0 : -1);
      if (found === undefined) return { metrics: { match: 0 }, invalid: true };
      const extracted = (found.slice(1).find((group) => group !== undefined && group !== "") ?? found[0]).trim();
      return { metrics: { match: extracted === target.trim() ? 1 : 0 }, extracted };
    },
  };
}

/**
 * Compares numbers as numbers: the one after the last "####" or "answer is", else the last of the answer; see numericAnswer.
 * `tolerance` is the largest difference over the wanted number, default 1e-6. Metric "numeric".
 */
export function numeric({ tolerance = 1e-6 }: { readonly tolerance?: number } = {}): AnswerRule {
  return {
    rule: { name: `numeric within ${tolerance}`, version: "1" },
    score(output, target) {
      const wanted = numericAnswer(target);
      const found = numericAnswer(output);
      if (wanted === undefined) throw new RangeError(`the wanted answer has no number: ${target.slice(0, 80)}`);
      if (found === undefined) return { metrics: { numeric: 0 }, invalid: true };
      return { metrics: { numeric: isClose(found, wanted, tolerance) ? 1 : 0 }, extracted: `${found}` };
    },
  };
}

/**
 * Right if the answer is one JSON value that fits the schema (JSON Schema, as far as zod reads it); the wanted text is not
 * looked at. Metric "fits". For records with known fields jsonRecord tells more. Throws OptionsError for a schema that zod can't read.
 */
export function jsonSchema(schema: Readonly<Record<string, unknown>>): AnswerRule {
  const checked = readSchema(schema);
  return {
    rule: { name: "json-schema", version: "1" },
    score(output) {
      const value = parseObject(output.trim());
      if (value === undefined) return { metrics: { fits: 0 }, invalid: true };
      return { metrics: { fits: checked.safeParse(value).success ? 1 : 0 }, extracted: JSON.stringify(value) };
    },
  };
}

function readSchema(schema: Readonly<Record<string, unknown>>): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (cause) {
    throw new OptionsError({
      code: "invalid-options",
      what: "jsonSchema() was given a schema it can't read.",
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a JSON Schema of draft 2020-12, 7 or 4",
      cause,
    });
  }
}
