/** The options of data files: which columns are read, and what is between two values of a table. */
import type { z } from "zod";
import { type ShapeName, shapeKeys, shapeNames } from "../data/shapes/shape-keys.js";
import { evenWithOtherFaults, exactObject, oneOf, text } from "./option-checks.js";
import { readOptions } from "./read-options.js";

const column = () => text(1000).optional();
const columnShape = {
  shape: oneOf(shapeNames).optional(),
  messages: column(),
  tools: column(),
  conversations: column(),
  system: column(),
  instruction: column(),
  input: column(),
  output: column(),
  prompt: column(),
  completion: column(),
  text: column(),
  tokenIds: column(),
  lossWeights: column(),
};

const wholeShape = {
  ...evenWithOtherFaults,
  error: `either shape, or the columns of one shape: ${shapeNames.map((name) => shapeKeys[name].all.join(", ")).join("; or ")}`,
};
const columnSchema = exactObject(columnShape).refine(isOneShape, wholeShape);
const tableSchema = exactObject({ ...columnShape, delimiter: text(1).optional() }).refine(
  ({ delimiter: _, ...columns }) => isOneShape(columns),
  wholeShape,
);

/** Options of a file, checked. */
export type CheckedColumns = z.infer<typeof columnSchema>;

/** Checks the options of a file. Throws OptionsError with all faults. */
export function readColumnOptions(options: unknown, call: string): CheckedColumns {
  return readOptions(columnSchema, options, call);
}

/** Checks the options of a table. Throws OptionsError with all faults. */
export function readTableOptions(options: unknown, call: string): z.infer<typeof tableSchema> {
  return readOptions(tableSchema, options, call);
}

function isOneShape(options: { readonly shape?: ShapeName | undefined }): boolean {
  const { shape, ...columns } = options;
  const named = Object.entries(columns).flatMap(([key, name]) => (name === undefined ? [] : [key]));
  if (shape !== undefined || named.length === 0) return named.length === 0;
  return shapeNames.some(
    (name) =>
      shapeKeys[name].telling.every((key) => named.includes(key)) &&
      named.every((key) => shapeKeys[name].all.includes(key)),
  );
}
