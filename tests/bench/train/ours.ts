/** Trains by midblock, as a user does, and keeps what the sidecar tells of each step. */
import { Client, type FinetuneOptions, type LayerPlan } from "midblock";

/** A training: times in seconds, lists with one entry a step. */
export interface OurRun {
  readonly plan: LayerPlan;
  /** When each step ended, by the sidecar's clock. */
  readonly stepEnds: readonly number[];
  /** The sidecar's own seconds for each step. */
  readonly stepSeconds: readonly number[];
  readonly losses: readonly number[];
  readonly tokens: readonly number[];
  readonly trainedTokens: readonly number[];
  /** Most memory that the sidecar's process held. */
  readonly peakBytes: number;
  /** From the start of the training to its last event. */
  readonly wallSeconds: number;
  readonly trainableParameters: number;
}

/** Launches a sidecar with the built-in model for as long as the work with it goes on. */
export async function withClient<Result>(
  options: { readonly dtype?: "float32" | "bfloat16"; readonly stateFolder: string },
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  await using client = await Client.launch({ model: "smollm2-135m-instruct", ...options });
  return await use(client);
}

/** Trains to the end; with a folder, the result is saved in it. */
export async function trainOurs(client: Client, options: FinetuneOptions, saveTo?: string): Promise<OurRun> {
  const run = await client.finetune(options);
  const events = [];
  for await (const event of run) events.push(event);
  const result = await run.result();
  if (saveTo !== undefined) await result.save(saveTo);
  const steps = events.filter((event) => event.type === "step-end");
  const started = events.find((event) => event.type === "run-start");
  return {
    plan: run.plan,
    stepEnds: steps.map(({ unixSeconds }) => unixSeconds),
    stepSeconds: steps.map(({ seconds }) => seconds),
    losses: steps.map(({ loss }) => loss),
    tokens: steps.map(({ tokens }) => tokens),
    trainedTokens: steps.map(({ trainedTokens }) => trainedTokens),
    peakBytes: Math.max(...steps.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    wallSeconds: (events.at(-1)?.unixSeconds ?? Number.NaN) - (started?.unixSeconds ?? Number.NaN),
    trainableParameters: run.trainableParameters,
  };
}

/** Seconds from a launch with all defaults to the end of the first training step. */
export async function warmStartSeconds(stateFolder: string, options: FinetuneOptions): Promise<number> {
  const start = performance.now();
  return await withClient({ stateFolder }, async (client) => {
    const run = await client.finetune(options);
    for await (const event of run) {
      if (event.type === "step-end") return (performance.now() - start) / 1000;
    }
    throw new Error("the run ended without a step");
  });
}
