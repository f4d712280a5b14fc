/** The texts that parity is measured on: the hard strings and, where MIDBLOCK_TEST_DATA is set, GSM8K and IFEval. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { hardStrings } from "./hard-strings.js";

/** A text with a name for messages. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

const row = z.looseObject({
  question: z.string().default(""),
  answer: z.string().default(""),
  prompt: z.string().default(""),
});
const files = ["gsm8k/train.jsonl", "gsm8k/test.jsonl", "ifeval/input_data.jsonl"];

/** All texts; says on standard error which files are not there. */
export function parityTexts(): NamedText[] {
  const folder = process.env["MIDBLOCK_TEST_DATA"];
  if (folder === undefined)
    console.error(`SKIPPED: MIDBLOCK_TEST_DATA is not set; wanted a folder with ${files.join(", ")}`);
  return [...hardStrings, ...(folder === undefined ? [] : files.flatMap((file) => readRows(folder, file)))];
}

function readRows(folder: string, file: string): NamedText[] {
  if (!existsSync(join(folder, file))) {
    console.error(`SKIPPED: ${file} is not in ${folder}`);
    return [];
  }
  const lines = readFileSync(join(folder, file), "utf8").trim().split("\n");
  return lines.map((line, index) => {
    const { question, answer, prompt } = row.parse(JSON.parse(line));
    return { name: `${file}:${index + 1}`, text: [question, answer, prompt].filter((part) => part !== "").join("\n") };
  });
}
