/** Runs the peer's scripts, each time in a process of its own. */
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { allocatorSettings } from "../../../sdk/src/sidecar/child-variables.js";
import type { Product } from "./useful-work.js";

/** What peer.py is told; the fields of its Settings, which stand there. */
export interface PeerSettings {
  readonly model_folder: string;
  readonly rows_file: string;
  readonly steps: number;
  readonly batch_size: number;
  readonly learning_rate: number;
  readonly dtype: "float32" | "bfloat16";
  readonly autocast?: boolean;
  readonly ranks?: readonly number[];
  readonly targets?: readonly string[];
  readonly adapter_folder?: string;
  readonly trained_blocks?: readonly number[];
}

/** How the peer's processes are started. */
export interface PeerProcess {
  readonly python: string;
  readonly threads: number;
}

const peerRun = z.object({
  /** Seconds of a clock, one a step. */
  stepEnds: z.array(z.number()),
  losses: z.array(z.number()),
  tokens: z.array(z.number()),
  trainedTokens: z.array(z.number()),
  peakBytes: z.number().positive(),
  trainableParameters: z.number(),
  versions: z.record(z.string(), z.string()),
});

/** What a training by the peer was; lists have one entry a step. */
export type PeerRun = z.infer<typeof peerRun>;

/** Trains by the peer, with glibc's allocator as it comes, or tuned as midblock tunes it for its sidecar. */
export async function trainPeer(peer: PeerProcess, settings: PeerSettings, tuned: boolean): Promise<PeerRun> {
  return peerRun.parse(await runScript(peer, "peer.py", settings, tuned));
}

const peak = z.object({ flopsPerSecond: z.number().positive() });

/** FLOP/s that the machine reaches on these products, the allocator tuned. */
export async function matmulPeak(
  peer: PeerProcess,
  dtype: "float32" | "bfloat16",
  products: readonly Product[],
): Promise<number> {
  return peak.parse(await runScript(peer, "matmul_peak.py", { dtype, products }, true)).flopsPerSecond;
}

async function runScript({ python, threads }: PeerProcess, script: string, settings: unknown, tuned: boolean) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const env = {
    OMP_NUM_THREADS: String(threads),
    HF_HUB_OFFLINE: "1",
    TOKENIZERS_PARALLELISM: "false",
    ...(tuned ? allocatorSettings : {}),
  };
  const { stdout } = await execa(python, ["-W", "ignore", path, JSON.stringify(settings)], { env });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
