/** Runs one round in a process of its own, ours or the peer's. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";

const round = z.object({
  /** From the file to the packed plan. */
  seconds: z.number().positive(),
  /** Of these, up to tokens and masks. */
  encodeSeconds: z.number().positive(),
  rows: z.number(),
  tokens: z.number(),
  trainedTokens: z.number(),
  packs: z.number(),
  firstIds: z.array(z.number()),
  firstWeights: z.array(z.number()),
  /** Most memory that the process held, in MiB. */
  rssMb: z.number().positive(),
  versions: z.record(z.string(), z.string()),
});

/** What a round measured. */
export type Round = z.infer<typeof round>;

/** What a round is given. */
export interface Task {
  readonly modelFolder: string;
  readonly rows: string;
  readonly maxTokens: number;
  readonly seed: number;
}

const scriptPath = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const argumentsOf = ({ modelFolder, rows, maxTokens, seed }: Task) => [modelFolder, rows, `${maxTokens}`, `${seed}`];

/** One round of ours. */
export async function ourRound(task: Task): Promise<Round> {
  const command = ["--import", "tsx", scriptPath("round.ts"), ...argumentsOf(task)];
  return readRound((await execa(process.execPath, command, { stderr: "inherit" })).stdout);
}

const partsRound = z.object({ examples: z.number(), rssMb: z.number().positive() });

/**
 * The heap that preparing in parts is held to, in MiB. Left to itself V8 lets garbage pile up before it collects, the more
 * the longer a process runs; within a bound what is told is what is needed.
 */
const heapMb = 160;

/** Most memory, in MiB, that preparing in parts held. */
export async function memoryInParts({ modelFolder, rows, maxTokens }: Task): Promise<number> {
  const bound = `--max-old-space-size=${heapMb}`;
  const command = [bound, "--import", "tsx", scriptPath("parts-round.ts"), modelFolder, rows, `${maxTokens}`];
  return partsRound.parse(JSON.parse((await execa(process.execPath, command, { stderr: "inherit" })).stdout)).rssMb;
}

/** One round of the peer, whose caches begin empty. */
export async function peerRound(python: string, task: Task): Promise<Round> {
  const caches = await mkdtemp(join(tmpdir(), "midblock-bench-"));
  try {
    const env = { HF_HOME: caches, HF_HUB_OFFLINE: "1" };
    const command = [scriptPath("peer.py"), ...argumentsOf(task)];
    return readRound((await execa(python, command, { env, stderr: "inherit" })).stdout);
  } finally {
    await rm(caches, { recursive: true });
  }
}

function readRound(output: string): Round {
  return round.parse(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
}
