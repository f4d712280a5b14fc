/** The figures that every bench prints: a median over rounds and the range they spread over. */

/** The middle of the values, which are at least one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** The one JSON line of a bench. `rounds` holds each figure's value in every round. */
export function benchLine(
  bench: string,
  rounds: Readonly<Record<string, readonly number[]>>,
  versions: Readonly<Record<string, string>>,
): string {
  const each = <Value>(make: (values: readonly number[]) => Value) =>
    Object.fromEntries(Object.entries(rounds).map(([key, values]) => [key, make(values)]));
  return JSON.stringify({
    bench,
    rounds: Math.max(...Object.values(rounds).map(({ length }) => length)),
    figures: each((values) => rounded(median(values))),
    spread: each((values) => [rounded(Math.min(...values)), rounded(Math.max(...values))]),
    versions,
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
