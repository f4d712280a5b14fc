/** Counts what is learnt of an example. */
import type { Datum } from "./datum.js";

/** Tokens with a weight above 0. */
export function countTrained({ lossWeights }: Datum): number {
  return lossWeights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
}
