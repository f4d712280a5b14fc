/** Reads and checks every row of a JSON Lines file, and prints how many there were and the most memory that it took. */

import { jsonl } from "../../sdk/src/data/formats/jsonl.js";
import { parsedRows } from "../../sdk/src/data/read-examples.js";

const [path = ""] = process.argv.slice(2);
let examples = 0;
for await (const row of parsedRows(jsonl(path))) if ("example" in row) examples += 1;
// maxRSS is in kilobytes.
console.log(JSON.stringify({ examples, mostResidentMegabytes: process.resourceUsage().maxRSS / 1000 }));
