/**
 * Turns one row, as JSON gave it, into an example, or tells all that is wrong with it.
 *
 * Written by hand where the SDK otherwise uses zod, so that each fault keeps its stable check name; those that OpenAI's
 * fine-tuning checks have too are called as they are there.
 */
import type { Fault } from "../errors.js";
import type { Source } from "./datum.js";
import { placeOf } from "./place.js";
import { parseAlpaca } from "./shapes/alpaca.js";
import { fault, unknownKeys } from "./shapes/checks.js";
import { parseConversations } from "./shapes/conversations.js";
import { parseMessages } from "./shapes/messages.js";
import type { ParsedRow } from "./shapes/parsed-row.js";
import { parsePromptCompletion, parseText } from "./shapes/plain-text.js";
import { isRecord, type UnknownRecord } from "./shapes/record.js";
import type { RowContext } from "./shapes/row-context.js";
import { type ShapeName, shapeKeys, shapeNames } from "./shapes/shape-keys.js";
import { parseTokens } from "./shapes/tokens.js";

export { placeOf } from "./place.js";
export type { ParsedRow } from "./shapes/parsed-row.js";

const parsers: Readonly<Record<ShapeName, (row: UnknownRecord, source: Source, context: RowContext) => ParsedRow>> = {
  messages: parseMessages,
  conversations: parseConversations,
  alpaca: parseAlpaca,
  "prompt-completion": parsePromptCompletion,
  text: parseText,
  tokens: parseTokens,
};

const wantedShapes = shapeNames
  .map((shape) => shapeKeys[shape].telling.map((key) => `"${key}"`).join(" and "))
  .join(", or ");
const everyKey = shapeNames.flatMap((shape) => shapeKeys[shape].all);

/** Recognises the row's shape by its keys and checks it. Every key must belong to that one shape. */
export function parseRow(row: unknown, source: Source, context: RowContext = {}): ParsedRow {
  const place = placeOf(source);
  if (!isRecord(row)) {
    return { faults: [fault(place, "data_type", "the row is no JSON object", row, `an object with ${wantedShapes}`)] };
  }
  const shapes = shapeNames.filter((shape) => shapeKeys[shape].telling.some((key) => key in row));
  const [shape] = shapes;
  if (shape === undefined) return { faults: [noShape(row, place), ...surplusKeys(row, everyKey, place)] };
  if (shapes.length > 1) return { faults: [twoShapes(row, shapes, place)] };
  const { telling, all } = shapeKeys[shape];
  const faults = [...surplusKeys(row, all, place, shape), ...missingKeys(row, telling, place)];
  return faults.length > 0 ? { faults } : parsers[shape](row, source, context);
}

function surplusKeys(row: UnknownRecord, known: readonly string[], place: string, shape?: ShapeName): readonly Fault[] {
  const otherwise = shape === undefined ? "" : `; or the option shape: "${shape}", which reads these alone`;
  return unknownKeys(row, known, { place, path: "", check: "row_unrecognized_key" }, otherwise);
}

function missingKeys(row: UnknownRecord, wanted: readonly string[], place: string): readonly Fault[] {
  return wanted
    .filter((key) => !(key in row))
    .map((key) => fault(`${place} ${key}`, `missing_${key}`, "is missing", undefined, `"${key}" as well`));
}

function noShape(row: UnknownRecord, place: string): Fault {
  const problem = "the row has none of the keys that make an example";
  return { where: place, problem, found: keysOf(row), wanted: wantedShapes, check: "missing_messages_list" };
}

function twoShapes(row: UnknownRecord, shapes: readonly ShapeName[], place: string): Fault {
  const problem = `the row has more than one shape: ${shapes.join("; ")}`;
  const wanted = `the option ${shapes.map((shape) => `shape: "${shape}"`).join(" or ")}`;
  return { where: place, problem, found: keysOf(row), wanted, check: "ambiguous_shape" };
}

function keysOf(row: UnknownRecord): string {
  const keys = Object.keys(row);
  return keys.length > 0 ? `keys ${keys.join(", ")}` : "no keys";
}
