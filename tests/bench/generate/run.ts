/** Generates the same answers by midblock, as a user does, and by the peer in a process of its own. */
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { Client, type Message } from "midblock";
import { z } from "zod";

/** The element types that are compared. */
export type Precision = "float32" | "bfloat16";

const generation = z.object({
  /** From the request to the last answer; the start and the loading are not counted. */
  seconds: z.number().positive(),
  /** The tokens of each answer, its end token included. */
  rows: z.array(z.array(z.number())),
  versions: z.record(z.string(), z.string()),
});

/** What one side generated. */
export type Generation = z.infer<typeof generation>;

/** What both sides are given. */
export interface Work {
  readonly conversations: readonly (readonly Message[])[];
  /** The same conversations as tokens, in a JSON file. */
  readonly promptsFile: string;
  readonly maxNewTokens: number;
  readonly modelFolder: string;
  readonly endIds: readonly number[];
  readonly threads: number;
  readonly stateFolder: string;
}

const warmUp = { rows: 4, maxNewTokens: 4 };

/** By `client.generate`, rendering and encoding included. */
export async function generateOurs(work: Work, dtype: Precision): Promise<Generation> {
  const { conversations, maxNewTokens, stateFolder } = work;
  await using client = await Client.launch({ model: "smollm2-135m-instruct", dtype, stateFolder });
  await answer(client, conversations.slice(0, warmUp.rows), warmUp.maxNewTokens);
  const start = performance.now();
  const rows = await answer(client, conversations, maxNewTokens);
  return { seconds: (performance.now() - start) / 1000, rows, versions: { ...client.server.packageVersions } };
}

async function answer(client: Client, conversations: Work["conversations"], maxNewTokens: number): Promise<number[][]> {
  const rows: number[][] = conversations.map(() => []);
  for await (const { index, tokenIds } of client.generate(conversations, { maxNewTokens })) rows[index] = [...tokenIds];
  return rows;
}

/** By transformers, the rows in one batch. */
export async function generatePeer(python: string, work: Work, dtype: Precision): Promise<Generation> {
  const settings = {
    model_folder: work.modelFolder,
    prompts_file: work.promptsFile,
    dtype,
    max_new_tokens: work.maxNewTokens,
    end_ids: work.endIds,
    threads: work.threads,
  };
  const script = fileURLToPath(new URL("peer.py", import.meta.url));
  const env = { OMP_NUM_THREADS: String(work.threads), HF_HUB_OFFLINE: "1" };
  const { stdout } = await execa(python, ["-W", "ignore", script, JSON.stringify(settings)], { env });
  return generation.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

/** New tokens of all rows in a second. */
export function tokensPerSecond({ rows, seconds }: Generation): number {
  return rows.reduce((sum, row) => sum + row.length, 0) / seconds;
}

/** Share of the rows that are the same, token by token. */
export function identicalShare(ours: Generation, peer: Generation): number {
  const same = ours.rows.filter((row, index) => JSON.stringify(row) === JSON.stringify(peer.rows[index]));
  return same.length / ours.rows.length;
}
