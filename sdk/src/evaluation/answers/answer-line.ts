/** A kept answer as a line of text: a checksum, the key of what was asked, and the answer as JSON. */
import { createHash } from "node:crypto";
import type { z } from "zod";

const checksumLength = 16;

/** The line, with its line feed. */
export function answerLine(key: string, answer: unknown): string {
  const content = `${key} ${JSON.stringify(answer)}`;
  return `${checksumOf(content)} ${content}\n`;
}

/**
 * The answer on a line, where it is to one of the keys. Undefined for any other line, also for one that is torn or
 * damaged: the checksum tells.
 */
export function readAnswerLine<Answer>(
  line: string,
  keys: ReadonlySet<string>,
  schema: z.ZodType<Answer>,
): { readonly key: string; readonly answer: Answer } | undefined {
  const content = line.slice(checksumLength + 1);
  const key = content.slice(0, content.indexOf(" "));
  if (!keys.has(key) || line.slice(0, checksumLength + 1) !== `${checksumOf(content)} `) return undefined;
  const { data, success } = schema.safeParse(JSON.parse(content.slice(key.length + 1)));
  return success ? { key, answer: data } : undefined;
}

function checksumOf(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, checksumLength);
}
