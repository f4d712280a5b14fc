import { describe, expect, test } from "@jest/globals";
import type { Datum } from "../../../sdk/src/data/datum.js";
import { DatumList } from "../../../sdk/src/data/datum-list.js";
import { createRandom } from "../../../sdk/src/random.js";

const random = createRandom(11);

function drawnDatum(line: number, length: number): Datum {
  const tokenIds = Array.from({ length }, () => random.below(2 ** 32));
  const lossWeights = tokenIds.map(() => [0, 0, 1, 1, 1, 0.1][random.below(6)] ?? 0);
  return { tokenIds, lossWeights, source: { file: "rows.jsonl", line } };
}

function listOf(datums: readonly Datum[]): DatumList {
  const list = new DatumList();
  for (const datum of datums) list.add(datum);
  return list;
}

describe("DatumList", () => {
  test("gives back what was added, over many blocks and for an example larger than one", () => {
    const lengths = [1, 2, 300_000, 5, ...Array.from({ length: 200 }, () => 1 + random.below(5000))];
    const datums = lengths.map((length, index) => drawnDatum(index + 1, length));
    const list = listOf(datums);
    expect(list.length).toBe(datums.length);
    expect(list.lengths).toEqual(lengths);
    // Compared one by one: a failure would otherwise print a million numbers.
    for (const [index, datum] of [...list].entries()) {
      expect(datum.source).toEqual(datums[index]?.source);
      expect(datum.tokenIds.every((id, position) => id === datums[index]?.tokenIds[position])).toBe(true);
      expect(datum.lossWeights.every((weight, position) => weight === datums[index]?.lossWeights[position])).toBe(true);
      expect(datum.lossWeights).toHaveLength(datum.tokenIds.length);
    }
  });

  test("can be read at any place, and from the beginning", () => {
    const datums = [drawnDatum(1, 4), drawnDatum(2, 9), drawnDatum(3, 2)];
    const list = listOf(datums);
    expect(list.at(1)).toEqual(datums[1]);
    expect(list.at(3)).toBeUndefined();
    expect(list.first(2)).toEqual(datums.slice(0, 2));
    expect(list.first(9)).toEqual(datums);
    expect(new DatumList().first(1)).toEqual([]);
  });
});
