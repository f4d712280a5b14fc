/** Reads the one JSON object that an output should be. */

/** A parsed JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The object, or undefined where the output is anything but one JSON object, bare or in one Markdown code fence. */
export function extractRecord(output: string): JsonRecord | undefined {
  return parseObject(withoutFence(output.trim()));
}

/** The object a text is, or undefined. */
export function parseObject(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutFence(text: string): string {
  const firstLineEnd = text.indexOf("\n");
  const lastLineStart = text.lastIndexOf("\n") + 1;
  const opened = ["```json", "```"].includes(text.slice(0, Math.max(firstLineEnd, 0)).trimEnd());
  const closed = text.slice(lastLineStart) === "```";
  return opened && closed && firstLineEnd < lastLineStart ? text.slice(firstLineEnd + 1, lastLineStart) : text;
}
