/** Shows in a terminal how a launch and a finetune come along. */
import type { LaunchProgress } from "../config/client-options.js";
import { describeContamination } from "../data/contamination.js";
import type { FinetuneRun } from "../finetune/finetune-run.js";
import type {
  EvaluationEndEvent,
  EvaluationProgressEvent,
  RetentionBelowEvent,
  RunEvent,
} from "../finetune/run-event.js";
import { replayWords } from "../report/data-words.js";
import { valueWords } from "../report/metric-figures.js";
import { byteSize, duration, percent } from "../report/numbers.js";
import type { Preflight } from "../training/preflight-result.js";
import { clock, TrainingPace } from "./pace.js";
import { type Output, StatusLine } from "./status-line.js";

/** Where to show it. */
export interface TerminalProgressOptions {
  /** Default standard output. A terminal gets one line that moves; anything else gets a line now and then. */
  readonly output?: Output;
}

/** Two functions: one to pass to `Client.launch`, one to follow a run with. */
export interface TerminalProgress {
  /** Takes the progress of `Client.launch` or `Client.connect`. */
  readonly launch: (progress: LaunchProgress) => void;
  /** Prints the layer plan, then follows the run to its end. Resolves at the end however that is; `result` tells how. */
  readonly follow: (run: FinetuneRun) => Promise<void>;
}

/** Lines that a part of the work leaves in a file. */
const marksInAFile = { evaluation: 4, training: 20 };

/** Makes a progress display. Colour is used in a terminal unless NO_COLOR is set. */
export function terminalProgress({ output = process.stdout }: TerminalProgressOptions = {}): TerminalProgress {
  const line = new StatusLine(output);
  let latestStage = "";
  return {
    launch: (progress) => {
      const text = describeLaunch(progress);
      line.show(text, progress.stage !== latestStage);
      latestStage = progress.stage;
    },
    follow: async (run) => {
      line.clear();
      const colour = output.isTTY && !process.env["NO_COLOR"];
      output.write(`${run.drawPlan({ width: Math.min(output.columns ?? 80, 100), colour })}\n\n`);
      output.write(`${describeData(run)}\n`);
      if (run.preflight !== undefined) output.write(`${describeNeeds(run.preflight)}\n`);
      const view = new RunView(run.stepsTotal, line);
      for await (const event of run) view.take(event);
      line.clear();
    },
  };
}

const environmentStages: Readonly<Record<string, string>> = {
  waiting: "another process is making the Python environment",
  create: "making the Python environment",
  "install-torch": "installing PyTorch",
  "install-packages": "installing packages",
};

function describeLaunch({ stage, fraction, action, package: name, elapsedSeconds }: LaunchProgress): string {
  const doing = environmentStages[stage];
  if (doing === undefined)
    return `model        ${stage}${fraction === undefined ? "" : ` ${Math.round(fraction * 100)} %`}`;
  const detail = name === undefined ? "" : `: ${action} ${shorten(name)}`;
  return `environment  ${doing}${detail} (${clock(elapsedSeconds ?? 0)})`;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}

function describeData({ data, replay, packing, stepsTotal }: FinetuneRun): string {
  const { rows, examples, tokens, trainedTokens, dropped, cut, duplicates, contamination } = data;
  const omitted = [
    ...[...dropped, ...cut].map((omission) => `${omission.rows} rows ${omission.reason}`),
    ...(duplicates.places.length > 0
      ? [`${duplicates.exact + duplicates.normalised} of ${rows} rows repeat others`]
      : []),
  ];
  const filled = `micro-batches ${(100 * packing.efficiency).toFixed(1)} % full`;
  return [
    `data         ${examples} examples, ${tokens} tokens, ${trainedTokens} of them learnt; ${stepsTotal} steps, ${filled}`,
    ...omitted.map((text) => `             ${text}`),
    ...(replay === undefined ? [] : [`replay       ${replayWords(replay).replaceAll("\u00a0", " ")}`]),
    ...[...contamination, ...(replay?.contamination ?? [])].map(
      (shared) => `warning      ${describeContamination(shared)}`,
    ),
  ].join("\n");
}

function describeNeeds({ peakBytes, availableBytes, trainingSeconds }: Preflight): string {
  const room = availableBytes > 0 ? ` of ${byteSize(availableBytes)}` : "";
  return `preflight    needs ${byteSize(peakBytes)}${room}; training takes about ${duration(trainingSeconds)}`.replaceAll(
    "\u00a0",
    " ",
  );
}

function describeEvaluation({ phase, task, done, total, reused, secondsLeft }: EvaluationProgressEvent): string {
  const kept = reused === 0 ? "" : `, ${reused} of them kept from before`;
  const left = secondsLeft === undefined ? "" : `  ${clock(secondsLeft)} left`;
  return `${phase.padEnd(12)} ${task} ${done}/${total}${kept}${left}`;
}

function describeMeasured({ phase, step, seconds, items, reused, watched }: EvaluationEndEvent): string {
  if (watched === undefined) {
    const kept = reused === 0 ? "" : `; answers to ${reused} of ${items} items were kept from before`;
    return `${phase.padEnd(12)} measured in ${clock(seconds)}${kept}`;
  }
  const { name, value, kind, best } = watched;
  const found = `${name} ${valueWords(value, kind?.unit)}`;
  return `watched      step ${step}: ${found}, best ${valueWords(best.value, kind?.unit)} at ${best.step}`.replaceAll(
    "\u00a0",
    " ",
  );
}

function describeBelow({ step, kept, leastKept }: RetentionBelowEvent): string {
  const found = `${percent(kept.share)} of what the base knew is kept at step ${step}, less than ${percent(leastKept)}`;
  return `${found}: the run is ended`.replaceAll("\u00a0", " ");
}

/** Turns events into lines. */
class RunView {
  readonly #pace = new TrainingPace();
  readonly #stepsTotal: number;
  readonly #line: StatusLine;
  #trained = false;
  #latestMark = 0;
  #latestLine = "";

  constructor(stepsTotal: number, line: StatusLine) {
    this.#stepsTotal = stepsTotal;
    this.#line = line;
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case "eval-progress":
        // While training goes on, its own line stands there.
        if (event.phase === "during" && !this.#trained) break;
        this.#show(describeEvaluation(event), event.done / event.total, marksInAFile.evaluation);
        break;
      case "eval-end":
        this.#line.keep(describeMeasured(event));
        break;
      case "run-start":
        if (event.fromStep > 0) this.#line.keep(`training     goes on at step ${event.fromStep + 1}`);
        break;
      case "step-end": {
        this.#pace.add(event);
        const speed = `${Math.round(this.#pace.tokensPerSecond)} tokens/s`;
        const left = clock(this.#pace.secondsLeft(this.#stepsTotal - event.step));
        const text = `step ${event.step}/${this.#stepsTotal}  loss ${event.loss.toFixed(4)}  ${speed}  ${left} left`;
        this.#show(`training     ${text}`, event.step / this.#stepsTotal, marksInAFile.training);
        break;
      }
      case "warning":
        this.#line.keep(`warning      ${event.message}`);
        break;
      case "retention-below":
        this.#line.keep(`watched      ${describeBelow(event)}`);
        break;
      case "run-end":
        this.#trained = true;
        this.#line.keep(
          event.state === "completed" ? this.#latestLine : `training     ${event.state} at step ${event.stepsDone}`,
        );
        if (event.reason !== "") this.#line.keep(`training     ended at step ${event.stepsDone}: ${event.reason}`);
        break;
      case "run-paused":
      case "run-interrupted":
        this.#line.keep(`training     ${event.type.slice("run-".length)}`);
        break;
      case "run-waiting":
        this.#line.show(`training     waiting for data at step ${event.step}`, false);
        break;
      case "eval-start":
      case "run-queued":
      case "checkpoint-saved":
        break;
    }
  }

  #show(text: string, share: number, marks: number): void {
    const mark = Math.floor(share * marks);
    this.#line.show(text, mark !== this.#latestMark);
    this.#latestMark = mark;
    this.#latestLine = text;
  }
}
