/** IFEval's rows as its file has them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { hasDrawnLetter, type InstructionCase } from "./ifeval-cases.js";

const rowSchema = z.object({
  prompt: z.string(),
  instruction_id_list: z.array(z.string()),
  kwargs: z.array(z.record(z.string(), z.unknown())),
});

/** A row with its line, so that what else it says is not lost. */
export interface IfevalRow {
  readonly line: string;
  readonly prompt: string;
  readonly instructions: readonly InstructionCase[];
}

export async function readIfevalRows(file: string): Promise<readonly IfevalRow[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { prompt, instruction_id_list, kwargs } = rowSchema.parse(JSON.parse(line));
    return {
      line,
      prompt,
      instructions: instruction_id_list.map((id, place) => ({ id, kwargs: kwargs[place] ?? {} })),
    };
  });
}

/** The path of a copy without the rows on which the reference's verdict is drawn at random. */
export async function withoutDrawnLetters(file: string, folder: string): Promise<string> {
  const rows = (await readIfevalRows(file)).filter(({ instructions }) => !instructions.some(hasDrawnLetter));
  const copy = join(folder, "ifeval.jsonl");
  await writeFile(copy, rows.map(({ line }) => `${line}\n`).join(""));
  return copy;
}
