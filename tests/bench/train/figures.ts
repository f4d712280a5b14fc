/** The figures of the bench: what each is made of, and what it should reach. */
import type { Target } from "../figure-table.js";
import type { OurRun } from "./ours.js";
import type { PeerRun } from "./peer-process.js";
import { type Bench, meanStep, type PeerName, type Precision, type Round, warmUpSteps } from "./round.js";
import { adapterFlops, flopsOf, modelProducts } from "./useful-work.js";

/** One figure: its value in a round, and the bound that it should keep. */
export interface Figure {
  readonly target: Target;
  readonly measure: (round: Round, bench: Bench) => Promise<number>;
}

/** By key, in the order that they are measured: ours and the peers' in turn. */
export const figures: Readonly<Record<string, Figure>> = {
  vs_trl_uniform: loraOver("float32", "uniform", 4.0),
  vs_trl_uniform_tuned: loraOver("float32", "uniform, tuned", 2.2),
  vs_trl_band: loraOver("float32", "band", 3.5),
  vs_trl_bf16_tuned: loraOver("bfloat16", "bfloat16, tuned", 2.4),
  vs_trl_full: {
    target: { atLeast: 4.0 },
    measure: async (round) => timesFaster(await round.full("float32"), await round.peer("full")),
  },
  memory_over_trl: {
    target: { atMost: 0.3 },
    measure: async (round) => (await round.lora("float32")).peakBytes / (await round.peer("uniform")).peakBytes,
  },
  peak_share_fp32: { target: { atLeast: 0.8 }, measure: peakShare("float32") },
  peak_share_bf16: { target: { atLeast: 0.6 }, measure: peakShare("bfloat16") },
  prefix_cache: { target: { atLeast: 1.1 }, measure: firstEpochOverSecond },
  overhead_share: { target: { atMost: 0.03 }, measure: overheadShare },
  warm_start_new_run_s: { target: { atMost: 10 }, measure: (round) => round.warmStart("new") },
  warm_start_s: { target: { atMost: 10 }, measure: warmStartAgain },
};

/** Of a run like one that was tried before: the trial is made where this figure alone is asked for. */
async function warmStartAgain(round: Round): Promise<number> {
  await round.warmStart("new");
  return round.warmStart("again");
}

function loraOver(dtype: Precision, peer: PeerName, atLeast: number): Figure {
  return {
    target: { atLeast },
    measure: async (round) => timesFaster(await round.lora(dtype), await round.peer(peer)),
  };
}

/** The peer's time over ours for the same steps, from the end of the warm-up to the end of the peer's last. */
function timesFaster(ours: OurRun, peer: PeerRun): number {
  refuseUnequal(ours, peer);
  const steps = peer.stepEnds.length;
  return secondsOf(peer.stepEnds) / secondsOf(ours.stepEnds.slice(0, steps));
}

/** Seconds of the steps after the warm-up, by a clock on the wall: all that goes on between two steps counts. */
export function secondsOf(stepEnds: readonly number[]): number {
  return (stepEnds.at(-1) ?? Number.NaN) - (stepEnds[warmUpSteps - 1] ?? Number.NaN);
}

/** Adapters begin at nothing, so the first losses are the base model's; more than rounding apart, the rows differed. */
const firstLossTolerance = 0.01;

/** A time is worth nothing where the work was not the same. */
function refuseUnequal(ours: OurRun, peer: PeerRun): void {
  const steps = peer.stepEnds.length;
  for (const key of ["tokens", "trainedTokens"] as const) {
    const [our, their] = [ours[key].slice(0, steps), peer[key]];
    if (our.join() !== their.join()) throw new Error(`${key} by step differ: ours ${our}, the peer's ${their}`);
  }
  const [our, their] = [ours.losses[0] ?? Number.NaN, peer.losses[0] ?? Number.NaN];
  if (!(Math.abs(our - their) <= firstLossTolerance * their)) {
    throw new Error(`the first loss differs: ours ${our}, the peer's ${their}`);
  }
}

/** Useful FLOP/s over those of the bare matrix products, as useful-work.ts counts them. */
function peakShare(dtype: Precision) {
  return async (round: Round, { card, plan }: Bench) => {
    const run = await round.lora(dtype);
    const step = meanStep(run);
    const targets = card.blockLinears.filter(({ part }) => part === "attention").map(({ name }) => name);
    const flops = flopsOf(modelProducts(card, plan, step)) + adapterFlops(card, plan, targets, step.tokens);
    const secondsPerStep = secondsOf(run.stepEnds) / (run.stepEnds.length - warmUpSteps);
    return flops / secondsPerStep / (await round.peak(dtype, run));
  };
}

async function firstEpochOverSecond(round: Round, { rows: { steps } }: Bench): Promise<number> {
  const { stepSeconds } = await round.twoEpochs("float32");
  return sum(stepSeconds.slice(0, steps)) / sum(stepSeconds.slice(steps));
}

/** The run's time outside the sidecar's steps: events, record, checkpoint at the end. The run is short, so it is an upper bound. */
async function overheadShare(round: Round): Promise<number> {
  const { wallSeconds, stepSeconds } = await round.twoEpochs("float32");
  return 1 - sum(stepSeconds) / wallSeconds;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
