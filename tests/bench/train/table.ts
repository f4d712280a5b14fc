/** The tables of the bench: every training in figures of its own, and the ratios beside what they should reach. */
import { median } from "../median.js";
import { type Figure, secondsOf } from "./figures.js";
import { type Training, warmUpSteps } from "./round.js";

/** Medians over rounds, one line a training. */
export function trainingTable(rounds: readonly ReadonlyMap<string, Training>[]): string {
  const names = [...(rounds[0]?.keys() ?? [])];
  const heads = ["s/step", "tokens/s", "trained/s", "peak GB"];
  const lines = names.map((name) => {
    const runs = rounds.flatMap((round) => round.get(name) ?? []);
    const of = (figure: (run: Training) => number) => median(runs.map(figure));
    return line(name, [
      of((run) => secondsOf(run.stepEnds) / (run.stepEnds.length - warmUpSteps)).toFixed(2),
      of((run) => counted(run.tokens) / secondsOf(run.stepEnds)).toFixed(0),
      of((run) => counted(run.trainedTokens) / secondsOf(run.stepEnds)).toFixed(0),
      of((run) => run.peakBytes / 1e9).toFixed(2),
    ]);
  });
  return [line("", heads), ...lines].join("\n");
}

/** Median, range and target of each figure. */
export function figureTable(values: ReadonlyMap<string, readonly number[]>, figures: Readonly<Record<string, Figure>>) {
  const lines = [...values].map(([key, rounds]) => {
    const cells = [median(rounds), Math.min(...rounds), Math.max(...rounds)].map((value) => value.toPrecision(3));
    const target = figures[key]?.target;
    return line(key, [...cells, target === undefined ? "" : targetText(target, median(rounds))]);
  });
  return [line("", ["median", "least", "most", "to reach"]), ...lines].join("\n");
}

function targetText(target: Figure["target"], reached: number): string {
  const [text, kept] =
    "atLeast" in target
      ? [`>= ${target.atLeast}`, reached >= target.atLeast]
      : [`<= ${target.atMost}`, reached <= target.atMost];
  return `${text}${kept ? "" : " !"}`;
}

function counted(values: readonly number[]): number {
  return values.slice(warmUpSteps).reduce((sum, value) => sum + value, 0);
}

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(32) + cells.map((cell) => cell.padStart(12)).join("");
}
