/** Holds the weights of examples as runs of one weight: 12 bytes a run and 4 an example. */
import { NumberList } from "./number-list.js";

/** Weights of examples in order, to be appended to; each example's are made anew when they are asked for. */
export class WeightRuns {
  readonly #weights = new NumberList("float64");
  readonly #counts = new NumberList("uint32");
  /** For each example where its runs end. */
  readonly #ends = new NumberList("uint32");

  /** Takes the weights of one example. */
  add(weights: readonly number[]): void {
    let start = 0;
    for (let end = 1; end <= weights.length; end++) {
      if (weights[end] === weights[start] && end < weights.length) continue;
      this.#weights.push(weights[start] ?? 0);
      this.#counts.push(end - start);
      start = end;
    }
    this.#ends.push(this.#weights.length);
  }

  /** The weights of the example of an index from 0; none where there is no such example. */
  at(index: number): readonly number[] {
    const weights: number[] = [];
    const end = this.#ends.at(index) ?? 0;
    for (let run = index === 0 ? 0 : (this.#ends.at(index - 1) ?? end); run < end; run++) {
      const weight = this.#weights.at(run) ?? 0;
      for (let left = this.#counts.at(run) ?? 0; left > 0; left--) weights.push(weight);
    }
    return weights;
  }
}
