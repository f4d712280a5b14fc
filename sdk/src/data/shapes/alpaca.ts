/** Checks a row in Alpaca's shape and turns it into a question and an answer. */
import type { Source } from "../datum.js";
import { placeOf } from "../place.js";
import { anyTextFaults, textFaults } from "./checks.js";
import type { ParsedRow } from "./parsed-row.js";
import type { UnknownRecord } from "./record.js";

/**
 * Reads {instruction, input?, output}: the user says the instruction and, after an empty line, the input where there is
 * one; the assistant says the output. The model's own template replaces Alpaca's English frame around them.
 */
export function parseAlpaca(row: UnknownRecord, source: Source): ParsedRow {
  const place = placeOf(source);
  const { instruction, output } = row;
  const input = row["input"] ?? "";
  const faults = [
    ...textFaults(instruction, `${place} instruction`, "missing_instruction"),
    ...anyTextFaults(input, `${place} input`, "missing_input"),
    ...textFaults(output, `${place} output`, "missing_output"),
  ];
  if (faults.length > 0) return { faults };
  const question = input === "" ? String(instruction) : `${instruction}\n\n${input}`;
  const messages = [
    { role: "user" as const, content: question },
    { role: "assistant" as const, content: String(output) },
  ];
  return { example: { kind: "messages", messages, source } };
}
