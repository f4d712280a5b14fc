/** The table of the bench's trainings: each in figures of its own. */
import { tableLine } from "../figure-table.js";
import { median } from "../median.js";
import { secondsOf } from "./figures.js";
import { type Training, warmUpSteps } from "./round.js";

/** Medians over rounds, one line a training. */
export function trainingTable(rounds: readonly ReadonlyMap<string, Training>[]): string {
  const names = [...(rounds[0]?.keys() ?? [])];
  const heads = ["s/step", "tokens/s", "trained/s", "peak GB"];
  const lines = names.map((name) => {
    const runs = rounds.flatMap((round) => round.get(name) ?? []);
    const of = (figure: (run: Training) => number) => median(runs.map(figure));
    return tableLine(name, [
      of((run) => secondsOf(run.stepEnds) / (run.stepEnds.length - warmUpSteps)).toFixed(2),
      of((run) => counted(run.tokens) / secondsOf(run.stepEnds)).toFixed(0),
      of((run) => counted(run.trainedTokens) / secondsOf(run.stepEnds)).toFixed(0),
      of((run) => run.peakBytes / 1e9).toFixed(2),
    ]);
  });
  return [tableLine("", heads), ...lines].join("\n");
}

function counted(values: readonly number[]): number {
  return values.slice(warmUpSteps).reduce((sum, value) => sum + value, 0);
}
