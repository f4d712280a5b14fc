/**
 * Compares the client's token ids with those of Python's tokenizers, for every tokenizer and text that can be had.
 *
 *     MIDBLOCK_TEST_DATA=<folder> MIDBLOCK_PYTHON=<python> npm run parity:tokenizers -- [part of a name]
 *
 * Prints every difference and a line a tokenizer; ends with 1 where there is a difference.
 */
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { developmentPython } from "../../scripts/tools.js";
import { createTokenizer, type Tokenizer } from "../../sdk/src/data/tokenizer.js";
import { parityTexts } from "./texts.js";
import { type TokenizerSource, tokenizerSources } from "./tokenizer-sources.js";

interface PythonIds {
  readonly asControl: readonly (readonly number[])[];
  readonly asText: readonly (readonly number[])[];
}

const python = process.env["MIDBLOCK_PYTHON"] ?? (await developmentPython());
const texts = parityTexts();
const asked = process.argv[2] ?? "";
let differences = 0;
for (const source of await tokenizerSources(python))
  if (source.name.includes(asked)) differences += await compare(source);
process.exitCode = differences === 0 ? 0 : 1;

async function compare(source: TokenizerSource): Promise<number> {
  const tokenizer = await tokenizerOf(source);
  const control = tokenizer.special.controlTexts;
  const input = JSON.stringify({ file: source.file, texts: texts.map(({ text }) => text), control });
  const script = new URL("./python_ids.py", import.meta.url).pathname;
  const { stdout } = await execa(python, [script], { input, maxBuffer: 2 ** 30 });
  const wanted: PythonIds = JSON.parse(stdout);
  const found = texts.filter(({ text, name }, index) => {
    const asText = tokenizer.encodeParts([text], "all").tokenIds;
    const same = equal(tokenizer.encode(text), wanted.asControl[index]) && equal(asText, wanted.asText[index]);
    if (!same) console.log(`  differs: ${source.name}, ${name}`);
    return !same;
  });
  console.log(`${source.name}: ${texts.length} texts, ${found.length} differ`);
  return found.length;
}

async function tokenizerOf({ name, file }: TokenizerSource): Promise<Tokenizer> {
  return createTokenizer({
    name,
    vocabularySize: 0,
    specialTokens: { bosId: undefined, eosIds: [], padId: undefined },
    tokenizerJson: await readFile(file, "utf8"),
    tokenizerConfigJson: "",
    chatTemplate: undefined,
    tokenizerProbe: { text: "", tokenIds: [] },
    templateProbe: undefined,
  });
}

function equal(found: readonly number[], wanted: readonly number[] | undefined): boolean {
  return found.length === wanted?.length && found.every((id, position) => id === wanted[position]);
}
