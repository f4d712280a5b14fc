/**
 * How fast answers are generated, against transformers' generate. Run by `npm run bench:generate -- TEST.jsonl [ROUNDS]`,
 * with GSM8K's test file (or MIDBLOCK_GSM8K names it); prints a table and, last, one JSON line.
 *
 * Both sides answer the first 64 questions, greedy, at most 256 new tokens, ending where the model ends, with as many
 * threads, each in a process of its own, in turn within a round. The peer has all rows in one batch padded on the left.
 *
 * - vs_transformers: our finished tokens a second over the peer's, both in the element type that dtype "auto" takes on
 *   this machine: bfloat16 where it measures faster. vs_transformers_fp32 in float32.
 * - identical_fp32: share of the answers that are the same token by token in float32. One that is not differs at a place
 *   where two tokens are as good as equally likely, and the peer's padding alone rounds otherwise too.
 * - tokens_per_second: ours in the type of vs_transformers.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type Message, packageVersion } from "midblock";
import { encodePrompt } from "../../sdk/src/evaluation/prompts.js";
import { readQuestions } from "./generate/questions.js";
import {
  type Generation,
  generateOurs,
  generatePeer,
  identicalShare,
  type Precision,
  tokensPerSecond,
  type Work,
} from "./generate/run.js";
import { benchLine, median } from "./median.js";
import { peerPython } from "./peer-environment.js";

const promptCount = 64;
const maxNewTokens = 256;

const file = process.argv[2] ?? process.env["MIDBLOCK_GSM8K"];
const roundCount = Number(process.argv[3] ?? process.env["ROUNDS"] ?? 3);
if (file === undefined || !Number.isSafeInteger(roundCount) || roundCount < 1) {
  console.error("Name GSM8K's test.jsonl: npm run bench:generate -- TEST.jsonl [ROUNDS], or MIDBLOCK_GSM8K.");
  process.exit(2);
}

const python = await peerPython(new URL("train/peer-requirements.txt", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "midblock-bench-generate-"));
try {
  const { work, chosen } = await prepare(file);
  const rounds: Round[] = [];
  for (let index = 0; index < roundCount; index++) {
    const float32 = await bothSides(work, "float32");
    const round = { float32, chosen: chosen === "float32" ? float32 : await bothSides(work, chosen) };
    rounds.push(round);
    const [auto, full] = [speedUp(round.chosen).toPrecision(3), speedUp(float32).toPrecision(3)];
    console.error(`round ${index + 1} of ${roundCount}: times the peer's tokens/s: ${chosen} ${auto}, float32 ${full}`);
  }
  printTable(rounds, chosen);
  const first = rounds[0]?.chosen;
  const figures = {
    vs_transformers: rounds.map((round) => speedUp(round.chosen)),
    vs_transformers_fp32: rounds.map(({ float32 }) => speedUp(float32)),
    identical_fp32: rounds.map(({ float32: { ours, peer } }) => identicalShare(ours, peer)),
    tokens_per_second: rounds.map((round) => tokensPerSecond(round.chosen.ours)),
  };
  const versions = {
    midblock: packageVersion,
    node: process.version,
    dtype: chosen,
    ...first?.ours.versions,
    ...first?.peer.versions,
  };
  console.log(benchLine("generate", figures, versions));
} finally {
  await rm(folder, { recursive: true });
}

interface Sides {
  readonly ours: Generation;
  readonly peer: Generation;
}

/** `chosen` is in the type of dtype "auto", the same measurement where that is float32. */
interface Round {
  readonly float32: Sides;
  readonly chosen: Sides;
}

async function bothSides(work: Work, dtype: Precision): Promise<Sides> {
  return { ours: await generateOurs(work, dtype), peer: await generatePeer(python, work, dtype) };
}

function speedUp({ ours, peer }: Sides): number {
  return tokensPerSecond(ours) / tokensPerSecond(peer);
}

async function prepare(path: string): Promise<{ work: Work; chosen: Precision }> {
  const stateFolder = join(folder, "state");
  await using client = await Client.launch({ model: "smollm2-135m-instruct", stateFolder });
  const { weightsFolder: modelFolder, specialTokens } = client.modelCard;
  const { tokenizer, template } = client.model;
  const questions = await readQuestions(path, promptCount);
  const conversations = questions.map((content): Message[] => [{ role: "user", content }]);
  const prompts = conversations.map((messages) => encodePrompt(messages, tokenizer, template).tokenIds);
  const promptsFile = join(folder, "prompts.json");
  await writeFile(promptsFile, JSON.stringify(prompts));
  const { threads, dtype } = client.server.device;
  const endIds = specialTokens.eosIds;
  return {
    work: { conversations, promptsFile, maxNewTokens, modelFolder, endIds, threads, stateFolder },
    chosen: dtype === "bfloat16" ? "bfloat16" : "float32",
  };
}

function printTable(rounds: readonly Round[], chosen: Precision): void {
  console.log(`medians of ${rounds.length} rounds, ${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}\n`);
  console.log(`${"".padEnd(28)}${["tokens/s", "seconds"].map((head) => head.padStart(10)).join("")}`);
  for (const part of chosen === "float32" ? (["float32"] as const) : (["chosen", "float32"] as const)) {
    for (const side of ["ours", "peer"] as const) {
      const of = (figure: (run: Generation) => number) => median(rounds.map((round) => figure(round[part][side])));
      const cells = [of(tokensPerSecond).toFixed(0), of(({ seconds }) => seconds).toFixed(1)];
      const name = `${part === "chosen" ? chosen : part}, ${side === "ours" ? "midblock" : "transformers"}`;
      console.log(name.padEnd(28) + cells.map((cell) => cell.padStart(10)).join(""));
    }
  }
  console.log("");
}
