/**
 * Watches a run: measures its checkpoints while training goes on, keeps the best of them, and ends the run once it gains
 * no more, or once it kept too little of what its base knew.
 *
 * Training is not paused for it. The device is lent by turns either way, a pause would throw away what is kept in memory
 * for the next step, and a client that dies in it would leave the run standing. What a run learns is therefore the same,
 * watched or not; one that is ended early may have made some steps more than were needed.
 */
import type { WatchSettings } from "../config/watch-options.js";
import { BestStep } from "../evaluation/best-step.js";
import { type CheckpointOutcome, type Figure, namedFigures, readFigure } from "../evaluation/watched-figure.js";
import type { WatchedRun, WatchedStep } from "../evaluation/watched-run.js";
import { percent } from "../report/numbers.js";
import type { TrainingEvent } from "../training/run-event.js";
import type { Bridge } from "../transport/bridge.js";
import { inPhase } from "./evaluation-phase.js";
import type { EventLog } from "./event-log.js";

/** What watching needs of its surroundings. */
export interface WatchSurroundings {
  readonly bridge: Pick<Bridge, "getRun" | "finishRun" | "removeCheckpoint">;
  readonly log: EventLog;
  readonly settings: WatchSettings;
  /** Newest checkpoints that stay, beside the best and those that wait to be measured. */
  readonly keepCheckpoints: number;
  readonly measure: (runId: string, step: number) => Promise<CheckpointOutcome>;
  /** Told of the first failure; nothing is measured after it. */
  readonly onFailure: (error: unknown) => void;
}

/** What came of it. */
export interface WatchOutcome {
  readonly report: WatchedRun;
  /** The checkpoint that is the result with all that was measured on it; undefined where that is the newest, measured or not. */
  readonly result: CheckpointOutcome | undefined;
}

/** The reason that a run which gained no more is ended with. */
export const earlyStop = "early-stop";

/** The reason that a run which kept too little is ended with. */
export const retentionBelow = "retention-below";

export class RunWatch {
  readonly #needs: WatchSurroundings;
  readonly #saved = new Set<number>();
  readonly #asked = new Set<number>();
  readonly #waiting = new Set<number>();
  readonly #steps: WatchedStep[] = [];
  #figure: Figure | undefined;
  #follower: BestStep | undefined;
  #best: CheckpointOutcome | undefined;
  #latest: CheckpointOutcome | undefined;
  #below: CheckpointOutcome | undefined;
  #endedBecause: string | undefined;
  #failed = false;
  #work: Promise<void> = Promise.resolve();

  constructor(needs: WatchSurroundings) {
    this.#needs = needs;
  }

  /** Takes the run's events in their order; what they ask for is done one after the other, beside the training. */
  take(event: TrainingEvent, runId: string): void {
    // A run that goes on from an earlier checkpoint has lost the later ones.
    if (event.type === "run-start") {
      for (const step of this.#saved) if (step > event.fromStep) this.#saved.delete(step);
    }
    if (event.type === "checkpoint-saved") {
      const { step } = event.checkpoint;
      this.#saved.add(step);
      if (step % this.#needs.settings.everySteps === 0) this.#ask(runId, step);
      else this.#do(() => this.#tidy(runId));
    }
    // What a run had made when it was ended early is not what was looked for.
    const wasEnded = event.type === "run-end" && [earlyStop, retentionBelow].includes(event.reason);
    if (event.type === "run-end" && event.state === "completed" && !wasEnded) this.#ask(runId, event.stepsDone);
  }

  /** Waits for what is under way. Undefined after a failure, and where no watched checkpoint of a finished run is left. */
  async outcome(): Promise<WatchOutcome | undefined> {
    await this.#work;
    const best = this.#follower?.best;
    if (this.#failed || this.#figure === undefined || best === undefined) return undefined;
    const { keepBest, leastKept } = this.#needs.settings;
    const result = this.#result();
    const report: WatchedRun = {
      figure: this.#figure.name,
      goal: this.#goal(this.#figure),
      unit: this.#figure.kind?.unit,
      steps: this.#steps,
      best,
      keepsBest: keepBest,
      resultStep: result?.step,
      retention:
        leastKept === undefined
          ? undefined
          : { leastKept, brokenAt: this.#below?.step, resultKeepsIt: result !== this.#below || result === undefined },
      endedBecause: this.#endedBecause,
    };
    return { report, result };
  }

  /** Of those that kept enough, the best or the last; undefined where the newest checkpoint is the result in any case. */
  #result(): CheckpointOutcome | undefined {
    if (this.#needs.settings.keepBest) return this.#best;
    return this.#below && this.#latest;
  }

  #ask(runId: string, step: number): void {
    if (this.#asked.has(step)) return;
    this.#asked.add(step);
    this.#waiting.add(step);
    this.#do(async () => {
      await this.#measure(runId, step);
      this.#waiting.delete(step);
      await this.#tidy(runId);
    });
  }

  #do(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#failed) return;
      await work().catch((error: unknown) => {
        this.#failed = true;
        this.#needs.onFailure(error);
      });
    });
  }

  async #measure(runId: string, step: number): Promise<void> {
    if (this.#endedBecause !== undefined) return;
    const { bridge, log, settings } = this.#needs;
    // Of a run that goes on, a client before this one may have measured it, found it no better, and removed it.
    const { checkpoints } = await bridge.getRun(runId);
    if (!checkpoints.some((checkpoint) => checkpoint.step === step)) return;
    const startedAt = performance.now();
    await inPhase(
      log,
      { phase: "during", step },
      settings.tasks,
      () => this.#compare(runId, step, startedAt),
      (watched) => watched,
    );
    const below = this.#below?.kept;
    const { leastKept } = settings;
    if (below !== undefined && leastKept !== undefined) {
      this.#endedBecause = `it kept ${percent(below.share)} of what its base knew at step ${step}, less than ${percent(leastKept)}`;
      log.append({ type: "retention-below", unixSeconds: Date.now() / 1000, step, kept: below, leastKept });
      await bridge.finishRun(runId, retentionBelow);
    } else if (this.#follower?.isOver) {
      this.#endedBecause = this.#reason();
      await bridge.finishRun(runId, earlyStop);
    }
  }

  async #compare(runId: string, step: number, startedAt: number) {
    const outcome = await this.#needs.measure(runId, step);
    const { settings } = this.#needs;
    const figure = await readFigure(settings.figure, outcome);
    this.#figure = figure;
    if (settings.leastKept !== undefined && outcome.kept !== undefined && outcome.kept.share < settings.leastKept) {
      this.#below = outcome;
    }
    this.#follower ??= new BestStep({ ...settings, goal: this.#goal(figure) });
    // One that kept too little is the result only where there is no other.
    if (this.#below === undefined || this.#latest === undefined) {
      this.#follower.add({ step, value: figure.value });
      this.#latest = outcome;
    }
    const best = this.#follower.best ?? { step, value: figure.value };
    if (best.step === step) this.#best = outcome;
    const figures = Object.fromEntries(namedFigures(outcome).map(({ name, value }) => [name, value]));
    this.#steps.push({ step, value: figure.value, figures, seconds: (performance.now() - startedAt) / 1000 });
    return { results: outcome.results, watched: { ...figure, best } };
  }

  /** Removes checkpoints that nobody waits for: neither the newest ones nor the best. */
  async #tidy(runId: string): Promise<void> {
    const { bridge, settings, keepCheckpoints } = this.#needs;
    // As they are now: others are saved while these are removed, and a loop over the set would come to them.
    const saved = [...this.#saved].sort((left, right) => left - right);
    const newest = saved.slice(-keepCheckpoints);
    // The last that was measured is the result if the next keeps too little.
    const stays = settings.keepBest ? this.#best : settings.leastKept && this.#latest;
    for (const step of saved) {
      if (newest.includes(step) || this.#waiting.has(step) || (stays && step === stays.step)) continue;
      await bridge.removeCheckpoint(runId, step);
      this.#saved.delete(step);
    }
  }

  #goal(figure: Figure): WatchedRun["goal"] {
    return this.#needs.settings.goal ?? figure.kind?.goal ?? "higher";
  }

  #reason(): string {
    const { patience = 0, minimumGain } = this.#needs.settings;
    const since = this.#follower?.latestGain?.step;
    const evaluations = patience === 1 ? "the evaluation" : `${patience} evaluations`;
    const gain = minimumGain > 0 ? `gained no more than ${minimumGain}` : "gained nothing";
    return `${this.#figure?.name} ${gain} in ${evaluations} after step ${since}`;
  }
}
