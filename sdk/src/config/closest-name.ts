/** "Did you mean": the known name nearest to one that was written. */

/**
 * Finds the known name that a written one was meant to be, by the fewest single-character changes, case apart.
 * Undefined where even the nearest differs in more than a third of its characters.
 */
export function closestName(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, changes: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((left, right) => left.changes - right.changes);
  const nearest = ranked[0];
  return nearest && nearest.changes <= Math.max(written.length, nearest.name.length) / 3 ? nearest.name : undefined;
}

/** Levenshtein distance, by the usual two-row table. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
