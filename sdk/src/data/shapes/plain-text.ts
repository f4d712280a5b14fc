/** Checks the two shapes that are plain text: prompt and completion, and text alone. */
import type { Source } from "../datum.js";
import { placeOf } from "../place.js";
import { anyTextFaults, textFaults } from "./checks.js";
import type { ParsedRow } from "./parsed-row.js";
import type { UnknownRecord } from "./record.js";

/** Reads {prompt, completion}; the prompt may be empty. */
export function parsePromptCompletion({ prompt, completion }: UnknownRecord, source: Source): ParsedRow {
  const place = placeOf(source);
  const faults = [
    ...anyTextFaults(prompt, `${place} prompt`, "missing_prompt"),
    ...textFaults(completion, `${place} completion`, "missing_completion"),
  ];
  if (faults.length > 0) return { faults };
  return { example: { kind: "prompt-completion", prompt: String(prompt), completion: String(completion), source } };
}

/** Reads {text}. */
export function parseText({ text }: UnknownRecord, source: Source): ParsedRow {
  const faults = textFaults(text, `${placeOf(source)} text`, "missing_text");
  return faults.length > 0 ? { faults } : { example: { kind: "text", text: String(text), source } };
}
