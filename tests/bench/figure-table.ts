/** The table that benches print of their figures, beside what each should reach. */
import { median } from "./median.js";

/** The bound that a figure should keep. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** Median, range and target of each figure. */
export function figureTable(
  values: ReadonlyMap<string, readonly number[]>,
  targets: Readonly<Record<string, { readonly target: Target }>>,
): string {
  const lines = [...values].map(([key, rounds]) => {
    const cells = [median(rounds), Math.min(...rounds), Math.max(...rounds)].map((value) => value.toPrecision(3));
    const target = targets[key]?.target;
    return tableLine(key, [...cells, target === undefined ? "" : targetText(target, median(rounds))]);
  });
  return [tableLine("", ["median", "least", "most", "to reach"]), ...lines].join("\n");
}

/** True where a figure is within its bound. */
export function keeps(target: Target, reached: number): boolean {
  return "atLeast" in target ? reached >= target.atLeast : reached <= target.atMost;
}

/** A line of a table: a name, and cells that stand right. */
export function tableLine(name: string, cells: readonly string[]): string {
  return name.padEnd(32) + cells.map((cell) => cell.padStart(12)).join("");
}

function targetText(target: Target, reached: number): string {
  const text = "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
  return `${text}${keeps(target, reached) ? "" : " !"}`;
}
