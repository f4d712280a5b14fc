/** Several sources drawn from in proportion. */
import { checkMix } from "../../config/dataset-options.js";
import { createRandom } from "../../random.js";
import type { DataSource, SourceRow } from "../data-source.js";
import { Dataset } from "../dataset.js";
import { namesOf } from "./concatenate.js";

/** A part of a mixture. */
export interface MixPart {
  readonly data: DataSource;
  /** Its share of the rows is this over the sum of all weights; above 0. */
  readonly weight: number;
}

/**
 * Mixes sources so that at every length about the wanted shares of rows come from each: for each row, a source is drawn
 * by weight and gives its next row. It ends when the drawn source has no more, since the shares would not hold after
 * that. To cap a source, or to have another end first, `take` from it.
 *
 *     mix([{ data: chat.take(9000), weight: 3 }, { data: jsonl("old.jsonl").shuffle(1), weight: 1 }], 7)
 */
export function mix(parts: readonly MixPart[], seed: number): Dataset {
  checkMix(parts, seed);
  const name = namesOf(parts.map(({ data }) => data));
  return new Dataset({ name, rows: (signal) => mixedRows(parts, seed, signal) });
}

async function* mixedRows(parts: readonly MixPart[], seed: number, signal?: AbortSignal): AsyncGenerator<SourceRow> {
  const random = createRandom(seed);
  const opened = parts.map(({ data, weight }) => ({ weight, iterator: data.rows(signal)[Symbol.asyncIterator]() }));
  try {
    for (;;) {
      const { value, done } = await draw(opened, random.uniform()).iterator.next();
      if (done) return;
      yield value;
    }
  } finally {
    for (const { iterator } of opened) await iterator.return?.();
  }
}

function draw<Part extends { readonly weight: number }>(parts: readonly Part[], fraction: number): Part {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  let left = fraction * total;
  const drawn = parts.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const last = drawn ?? parts.at(-1);
  if (last === undefined) throw new RangeError("mix: found no parts, wanted at least one");
  return last;
}
