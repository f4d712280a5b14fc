/** Reads questions of GSM8K. */
import { readFile } from "node:fs/promises";
import { z } from "zod";

const row = z.looseObject({ question: z.string() });

/** The first questions of a file of GSM8K. */
export async function readQuestions(path: string, count: number): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split("\n", count);
  return lines.map((line) => row.parse(JSON.parse(line)).question);
}
