/** The arguments of what is done to data sets. */
import { z } from "zod";
import type { DataSource } from "../data/data-source.js";
import { PreparedDataset } from "../data/prepared-dataset.js";
import { exactObject, numberWhere, share, wholeNumber } from "./option-checks.js";
import { readOptions } from "./read-options.js";

/** A source of rows: what a source function returns, or a user's own. */
export function dataSource() {
  return z.custom<DataSource>(isDataSource, {
    error: "jsonl(...), examples([...]), dataset([...]) or an object with name and rows",
    abort: false,
  });
}

/** Data to train on: a source of rows, or what was prepared from one. */
export function trainingData() {
  return z.custom<DataSource | PreparedDataset>((value) => value instanceof PreparedDataset || isDataSource(value), {
    error: "jsonl(...), examples([...]), dataset([...]), what data.prepare gives, or an object with name and rows",
    abort: false,
  });
}

const seed = wholeNumber(0);
const takeSchema = exactObject({ rows: wholeNumber(1) });
const shuffleSchema = exactObject({ seed });
const splitSchema = exactObject({ share: share(), seed });
const above0 = numberWhere("a number above 0", (value) => value > 0);
const mixSchema = exactObject({
  parts: z.array(exactObject({ data: dataSource(), weight: above0 }), { error: "a list of { data, weight }" }).min(1, {
    error: "at least one { data, weight }",
  }),
  seed,
});
const listSchema = exactObject({
  sources: z.array(sourceOrPath(), { error: "a list" }).min(1, { error: "at least one source" }),
});

/** A source, or a place that a file is read from. */
export function sourceOrPath() {
  return z.custom<DataSource | string | URL>(
    (value) => typeof value === "string" || value instanceof URL || isDataSource(value),
    { error: "a data source, a path or a URL", abort: false },
  );
}

/** Checks the argument of `take`. These all throw OptionsError. */
export function checkTake(rows: number): void {
  readOptions(takeSchema, { rows }, "take");
}

/** Checks the argument of `shuffle`. */
export function checkShuffle(given: number): void {
  readOptions(shuffleSchema, { seed: given }, "shuffle");
}

/** Checks the arguments of `split`. */
export function checkSplit(given: { readonly share: number; readonly seed: number }): void {
  readOptions(splitSchema, given, "split");
}

/** Checks the arguments of `mix`. */
export function checkMix(parts: unknown, given: number): void {
  readOptions(mixSchema, { parts, seed: given }, "mix");
}

/** Checks that `dataset` is given anything. */
export function checkSources(sources: unknown): void {
  readOptions(listSchema, { sources }, "dataset");
}

function isDataSource(value: unknown): value is DataSource {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "rows" in value &&
    typeof value.rows === "function"
  );
}
