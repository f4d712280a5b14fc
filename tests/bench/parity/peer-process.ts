/** Runs lm-evaluation-harness's code, each time in a process of its own. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { peerPython } from "../peer-environment.js";

/** The peer's Python, and what its processes need in their environment. */
export interface Peer {
  readonly python: string;
  readonly threads: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** Makes the peer's environment, NLTK's sentence model with it, where it is not there yet. */
export async function preparePeer(threads: number): Promise<Peer> {
  const python = await peerPython(new URL("peer-requirements.txt", import.meta.url));
  return { python, threads, variables: await sentenceModel(python) };
}

/** A package that carries NLTK's data, for machines that reach the package index and nothing else. */
const nltkCarrier = { requirement: "llama-index-core==0.14.25", folder: "llama_index/core/_static/nltk_cache" };

/** The environment that lets NLTK find punkt_tab: nothing where it is on the machine, else a folder that is filled once. */
async function sentenceModel(python: string): Promise<Readonly<Record<string, string>>> {
  const found = await execa(python, ["-c", "import nltk; nltk.data.find('tokenizers/punkt_tab')"], { reject: false });
  if (!found.failed) return {};
  const target = join(dirname(dirname(python)), "nltk");
  const data = join(target, nltkCarrier.folder);
  if (!existsSync(data)) {
    const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", target, nltkCarrier.requirement];
    await execa(python, install, { stdout: "inherit", stderr: "inherit" });
  }
  return { NLTK_DATA: data };
}

/** What peer.py is told; the fields of its Settings, which stand there. */
export interface PeerSettings {
  readonly model_folder: string;
  readonly dtype: "float32" | "bfloat16";
  readonly batch_size: number;
  readonly task: Readonly<Record<string, unknown>>;
  readonly chat?: boolean;
  readonly max_length?: number;
  readonly limit?: number;
  readonly max_new_tokens?: number;
}

const verdict = z.object({
  extracted: z.string().nullable(),
  metrics: z.record(z.string(), z.union([z.number(), z.boolean(), z.array(z.union([z.number(), z.boolean()]))])),
});

const item = z.object({
  prompts: z.array(z.string()),
  /** Texts, or [log-likelihood, greedy] pairs, or the log-likelihood of a whole text. */
  responses: z.array(z.union([z.string(), z.number(), z.tuple([z.number(), z.boolean()])])),
  verdicts: z.record(z.string(), verdict),
});

/** A row as the peer answered and judged it. */
export type PeerItem = z.infer<typeof item>;

const run = z.object({
  seconds: z.number().positive(),
  items: z.array(item),
  versions: z.record(z.string(), z.string()),
});

/** A task as the peer ran it. */
export type PeerRun = z.infer<typeof run>;

/** Lets the peer run a task. Its caches begin empty. */
export async function runPeer(peer: Peer, settings: PeerSettings): Promise<PeerRun> {
  const caches = await mkdtemp(join(tmpdir(), "midblock-bench-"));
  try {
    const script = [pathOf("peer.py"), JSON.stringify({ ...settings, threads: peer.threads })];
    const env = { ...environmentOf(peer), HF_HOME: caches, HF_HUB_OFFLINE: "1" };
    const { stdout } = await execa(peer.python, ["-W", "ignore", ...script], { env, cwd: caches });
    return run.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  } finally {
    await rm(caches, { recursive: true });
  }
}

const partings = z.array(
  z.object({
    /** The answer's token at which the two part, from 1. */
    token: z.number(),
    /** Between the two largest logits there. */
    margin: z.number(),
    /** Which of the two answers the model goes on with when it answers the row alone. */
    alone: z.array(z.enum(["ours", "theirs"])),
  }),
);

/** Where two greedy answers part. */
export type Parting = z.infer<typeof partings>[number];

/** Asks each row's model, by transformers, where the two answers part. */
export async function explainPartings(
  peer: Peer,
  rows: readonly {
    readonly modelFolder: string;
    readonly prompt: string;
    readonly ours: string;
    readonly theirs: string;
  }[],
): Promise<readonly Parting[]> {
  const settings = {
    threads: peer.threads,
    rows: rows.map(({ modelFolder, ...row }) => ({ ...row, model_folder: modelFolder })),
  };
  const script = ["-W", "ignore", pathOf("explain.py")];
  const { stdout } = await execa(peer.python, script, { env: environmentOf(peer), input: JSON.stringify(settings) });
  return partings.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

/** Lets the peer's rules judge the lines of a file, as judge_rules.py has them; the verdicts go through a file beside it. */
export async function judgeByPeer(peer: Peer, file: string): Promise<readonly unknown[]> {
  const script = ["-W", "ignore", pathOf("judge_rules.py"), file];
  const verdicts = `${file}.verdicts`;
  await execa(peer.python, script, { env: environmentOf(peer), stdout: { file: verdicts } });
  return (await readFile(verdicts, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const pathOf = (script: string) => fileURLToPath(new URL(script, import.meta.url));
const environmentOf = ({ threads, variables }: Peer) => ({ OMP_NUM_THREADS: String(threads), ...variables });
