/**
 * How fast data is prepared, against Python's tokenizers and datasets.map, and at 200,000 rows. Run by
 * `npm run bench:data -- TRAIN.jsonl [ROUNDS]`, with GSM8K's training file (or MIDBLOCK_GSM8K names it); prints a table
 * and, last, one JSON line.
 *
 * - time_over_python: our time from the file to the packed plan over the peer's, each in a fresh process, in turn.
 * - rss_mb: most memory of the process that prepares the 200,000 rows.
 * - rss_growth_mb: that less the same at 20,000 rows, which is what the tokens and what is known of each row take.
 * - rss_parts_growth_mb: the same difference where the tokens are let go of in parts, as by trainWhilePreparing, with a
 *   heap of 160 MiB: flat.
 * - throughput_ratio: tokens a second at 200,000 rows over those at 20,000 rows of the same kind.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Client, packageVersion } from "midblock";
import { memoryInParts, ourRound, peerRound, type Round } from "./data/run-round.js";
import { writeSyntheticRows } from "./data/synthetic-rows.js";
import { benchLine, median } from "./median.js";
import { peerPython } from "./peer-environment.js";

const maxTokens = 2048;
const seed = 0;
const syntheticRows = { small: 20_000, large: 200_000 };

const trainFile = process.argv[2] ?? process.env["MIDBLOCK_GSM8K"];
const roundCount = Number(process.argv[3] ?? 5);
if (trainFile === undefined || !Number.isSafeInteger(roundCount) || roundCount < 1) {
  console.error("Name GSM8K's train.jsonl: npm run bench:data -- TRAIN.jsonl [ROUNDS], or MIDBLOCK_GSM8K.");
  process.exit(2);
}

const python = await peerPython(new URL("data/peer-requirements.txt", import.meta.url));
const modelFolder = await builtInModelFolder();
const folder = await mkdtemp(join(tmpdir(), "midblock-bench-rows-"));
try {
  const [small, large] = [join(folder, "small.jsonl"), join(folder, "large.jsonl")];
  await writeSyntheticRows(small, syntheticRows.small, seed);
  await writeSyntheticRows(large, syntheticRows.large, seed);
  const rounds = [];
  for (let round = 0; round < roundCount; round++) {
    const task = { modelFolder, rows: trainFile, maxTokens, seed };
    const ours = await ourRound(task);
    const peer = await peerRound(python, task);
    refuseUnequal(ours, peer);
    rounds.push({
      ours,
      peer,
      small: await ourRound({ ...task, rows: small }),
      large: await ourRound({ ...task, rows: large }),
      partsGrowthMb: (await memoryInParts({ ...task, rows: large })) - (await memoryInParts({ ...task, rows: small })),
    });
    console.error(
      `round ${round + 1} of ${roundCount}: ours ${ours.seconds.toFixed(2)} s, peer ${peer.seconds.toFixed(2)} s`,
    );
  }
  printTable(rounds);
  const versions = { midblock: packageVersion, ...rounds[0]?.ours.versions, ...rounds[0]?.peer.versions };
  const figures = {
    time_over_python: rounds.map(({ ours, peer }) => ours.seconds / peer.seconds),
    rss_mb: rounds.map(({ large: { rssMb } }) => rssMb),
    rss_growth_mb: rounds.map(({ large, small }) => large.rssMb - small.rssMb),
    rss_parts_growth_mb: rounds.map(({ partsGrowthMb }) => partsGrowthMb),
    throughput_ratio: rounds.map((round) => tokensPerSecond(round.large) / tokensPerSecond(round.small)),
  };
  console.log(benchLine("data", figures, versions));
} finally {
  await rm(folder, { recursive: true });
}

async function builtInModelFolder(): Promise<string> {
  await using client = await Client.launch({ model: "smollm2-135m-instruct" });
  return client.modelCard.weightsFolder;
}

/** A time is worth nothing where the work was not the same. Packs may differ: the orders are drawn by other generators. */
function refuseUnequal(ours: Round, peer: Round): void {
  for (const key of ["rows", "tokens", "trainedTokens", "firstIds", "firstWeights"] as const) {
    if (JSON.stringify(ours[key]) !== JSON.stringify(peer[key])) {
      throw new Error(`${key} differ: ours ${JSON.stringify(ours[key])}, the peer's ${JSON.stringify(peer[key])}`);
    }
  }
}

function tokensPerSecond({ tokens, seconds }: Round): number {
  return tokens / seconds;
}

function printTable(rounds: readonly Readonly<Record<"ours" | "peer" | "small" | "large", Round>>[]): void {
  console.log(`medians of ${rounds.length} rounds, ${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}\n`);
  console.log(
    `${"".padEnd(38)}${["rows", "seconds", "to tokens", "tokens/s", "MiB"].map((head) => head.padStart(10)).join("")}`,
  );
  const names = {
    ours: "GSM8K, midblock",
    peer: "GSM8K, tokenizers and datasets.map",
    small: "synthetic, midblock",
    large: "synthetic, midblock",
  };
  for (const key of ["ours", "peer", "small", "large"] as const) {
    const of = (figure: (round: Round) => number) => median(rounds.map((round) => figure(round[key])));
    const cells = [
      of(({ rows }) => rows).toFixed(0),
      of(({ seconds }) => seconds).toFixed(2),
      of(({ encodeSeconds }) => encodeSeconds).toFixed(2),
      of(tokensPerSecond).toFixed(0),
      of(({ rssMb }) => rssMb).toFixed(0),
    ];
    console.log(names[key].padEnd(38) + cells.map((cell) => cell.padStart(10)).join(""));
  }
  console.log("");
}
