/** "Did you mean": the known name nearest to one that was written. */

/**
 * Finds the known name that a written one was meant to be, by the fewest changes of a character, case apart.
 * Undefined where even the nearest differs in more than a third of its characters.
 */
export function closestName(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, changes: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((left, right) => left.changes - right.changes);
  const nearest = ranked[0];
  return nearest && nearest.changes <= Math.max(written.length, nearest.name.length) / 3 ? nearest.name : undefined;
}

/** Optimal string alignment distance: characters put in, left out, replaced, or swapped with their neighbour. */
function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(
        Math.min(
          at(row - 1, column - 1) + (same ? 0 : 1),
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(left.length, right.length);
}
