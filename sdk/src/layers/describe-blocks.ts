/** Writes block indices for people: "blocks 3, 6-23". */

/** Writes ascending indices as runs: [3] is "block 3", [3, 6, 7, 8] is "blocks 3, 6-8". */
export function describeBlocks(indices: readonly number[]): string {
  return `${indices.length === 1 ? "block" : "blocks"} ${blockRuns(indices).map(describeRun).join(", ")}`;
}

/** Splits ascending indices into runs of neighbours, each as its first and last index. */
export function blockRuns(indices: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}

function describeRun([first, last]: readonly [number, number]): string {
  return first === last ? String(first) : `${first}-${last}`;
}
