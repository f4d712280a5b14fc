/** Tasks as both sides run them: the same model, element type, rows, prompts and budgets. */
import { join } from "node:path";
import { Client, type EvaluationTask, type GenerationTask, gsm8k, ifeval, type TaskResult } from "midblock";
import { gsm8k as gsm8kRows } from "../gsm8k.js";
import { type Peer, type PeerRun, type PeerSettings, runPeer } from "./peer-process.js";

/** What ours is launched with. */
export interface Launch {
  /** What `Client.launch` takes. */
  readonly model: string;
  /** 0: torch's own choice. */
  readonly threads: number;
  /** For what is written on the way. */
  readonly folder: string;
}

/** What a bench has to work with. */
export interface Bench extends Launch {
  readonly peer: Peer;
  /** Where both sides read the model. */
  readonly modelFolder: string;
  /** GSM8K's train.jsonl and test.jsonl. */
  readonly gsm8kFolder: string;
  readonly ifevalFile: string;
  /** Rows the peer has in a batch. */
  readonly batchSize: number;
}

/** A generation task on both sides. */
export interface TwoSided<Item> {
  readonly task: GenerationTask<Item>;
  readonly peer: Omit<PeerSettings, "model_folder" | "dtype" | "batch_size">;
}

/** The harness's own task file with other data. */
const onFiles = (include: string, files: Readonly<Record<string, string>>) => ({
  include,
  task: "parity",
  dataset_path: "json",
  dataset_name: null,
  dataset_kwargs: { data_files: files },
});

/** GSM8K's first rows after so many examples. */
export function gsm8kOnBothSides({ gsm8kFolder }: Bench, fewShot: number, limit: number) {
  const [train, test] = [join(gsm8kFolder, "train.jsonl"), join(gsm8kFolder, "test.jsonl")];
  const task = { ...onFiles("gsm8k/gsm8k.yaml", { train, test }), num_fewshot: fewShot };
  return { task: gsm8k({ data: test, examples: train, fewShot, limit }), peer: { task, limit } };
}

/** IFEval's first rows, the prompt as a user's message. */
export function ifevalOnBothSides(data: string, limit: number, maxNewTokens: number) {
  const task = onFiles("ifeval/ifeval.yaml", { train: data });
  return {
    task: ifeval({ data, limit, maxNewTokens }),
    peer: { task, limit, chat: true, max_new_tokens: maxNewTokens },
  };
}

/** A launched sidecar for as long as the work with it goes on; nothing measured before is reused. */
export async function withClient<Result>(
  { model, threads, folder }: Launch,
  use: (client: Client) => Promise<Result>,
  maxSequenceTokens = 0,
): Promise<Result> {
  await using client = await Client.launch({
    model,
    dtype: "float32",
    threads,
    stateFolder: join(folder, "state"),
    evaluationCache: false,
    maxSequenceTokens,
  });
  return await use(client);
}

/** A task as midblock ran it; seconds by a clock on the wall. */
export interface OurRun {
  readonly result: TaskResult;
  readonly seconds: number;
}

/** Evaluates one task. */
export async function runOurs(client: Client, task: EvaluationTask): Promise<OurRun> {
  const start = performance.now();
  const { results } = await client.evaluate({ tasks: [task] });
  const [result] = results;
  if (result === undefined) throw new Error(`task "${task.name}" has no result`);
  return { result, seconds: (performance.now() - start) / 1000 };
}

/** A task on one model by both sides. */
export interface BothRuns {
  readonly modelFolder: string;
  readonly ours: OurRun;
  readonly theirs: PeerRun;
}

/** The base model. */
export async function runBoth<Item>(bench: Bench, { task, peer }: TwoSided<Item>): Promise<BothRuns> {
  const { modelFolder } = bench;
  const ours = await withClient(bench, (client) => runOurs(client, task));
  return { modelFolder, ours, theirs: await runTheirs(bench, modelFolder, peer) };
}

/**
 * The base model, and one with a step of training in it. Ours measures both in the one call that trains, so that they
 * share what they can; the peer is started twice, the second time on the merged model.
 */
export async function runBothTwice<Item>(bench: Bench, { task, peer }: TwoSided<Item>): Promise<readonly BothRuns[]> {
  const { modelFolder } = bench;
  const mergedFolder = join(bench.folder, "merged");
  const [before, after] = await withClient(bench, async (client) => {
    const data = gsm8kRows(join(bench.gsm8kFolder, "train.jsonl")).take(8);
    const run = await client.finetune({ data, maxSteps: 1, retention: false, seed: 0, evaluate: [task] });
    const result = await run.result();
    await result.saveMerged(mergedFolder);
    const { comparisons, timings } = result.report;
    return (["before", "after"] as const).map((phase): OurRun => {
      const [measured, seconds] = [comparisons[0]?.[phase], timings[`evaluation ${phase}`]];
      if (measured === undefined || seconds === undefined) throw new Error(`"${task.name}" was not measured ${phase}`);
      return { result: measured, seconds };
    });
  });
  if (before === undefined || after === undefined) throw new Error(`"${task.name}" was not measured twice`);
  console.error(`    here: ${before.seconds.toFixed(1)} s before, ${after.seconds.toFixed(1)} s after`);
  return [
    { modelFolder, ours: before, theirs: await runTheirs(bench, modelFolder, peer) },
    { modelFolder: mergedFolder, ours: after, theirs: await runTheirs(bench, mergedFolder, peer) },
  ];
}

/** A task by the peer alone. */
export function runTheirs(bench: Bench, modelFolder: string, settings: TwoSided<unknown>["peer"]): Promise<PeerRun> {
  const { peer, batchSize } = bench;
  return runPeer(peer, { ...settings, model_folder: modelFolder, dtype: "float32", batch_size: batchSize });
}
