/**
 * One round of preparing in parts, each let go of at once, as training does it that begins while data is prepared.
 *
 * Usage: parts-round.ts MODEL_FOLDER ROWS.jsonl MAX_TOKENS. Prints one JSON line with the most memory that was held.
 */
import { readModelFolder } from "midblock";
import { Preparation } from "../../../sdk/src/data/prepare.js";
import { partSize } from "../../../sdk/src/finetune/growing-data.js";
import { gsm8k } from "../gsm8k.js";

const [folder = "", rows = "", maxTokens = ""] = process.argv.slice(2);
const { tokenizer, template } = await readModelFolder(folder);
const options = { tokenizer, template, maxTokens: Number(maxTokens), tooLong: "error" } as const;

let examples = 0;
for await (const part of new Preparation(gsm8k(rows), options).parts(partSize)) examples += part.length;
console.log(JSON.stringify({ examples, rssMb: process.resourceUsage().maxRSS / 1024 }));
