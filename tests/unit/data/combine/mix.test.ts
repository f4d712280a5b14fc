import { describe, expect, test } from "@jest/globals";
import { mix } from "../../../../sdk/src/data/combine/mix.js";
import type { SourceRow } from "../../../../sdk/src/data/data-source.js";
import { Dataset } from "../../../../sdk/src/data/dataset.js";
import { examples } from "../../../../sdk/src/data/examples.js";
import { OptionsError } from "../../../../sdk/src/errors.js";
import { valuesOf } from "../support/reading.js";

const named = (name: string, count: number) =>
  examples(Array.from({ length: count }, (_, index) => ({ text: `${name}${index}` })));
const textsOf = async (source: Dataset) => (await valuesOf(source)).map((row) => String(Object(row).text));

describe("mix", () => {
  test("draws in proportion, each source in its own order, until one has no more", async () => {
    const texts = await textsOf(
      mix(
        [
          { data: named("a", 9000), weight: 3 },
          { data: named("b", 1000), weight: 1 },
        ],
        7,
      ),
    );
    const ofA = texts.filter((text) => text.startsWith("a"));
    const ofB = texts.filter((text) => text.startsWith("b"));
    expect(ofB).toHaveLength(1000);
    // 3,000 wanted before the 1,001st of b; five standard deviations of a negative binomial.
    expect(Math.abs(ofA.length - 3000)).toBeLessThan(550);
    expect(ofA).toEqual(ofA.map((_, index) => `a${index}`));
  });

  test("is decided by its seed", async () => {
    const mixed = (seed: number) =>
      textsOf(
        mix(
          [
            { data: named("a", 50), weight: 1 },
            { data: named("b", 50), weight: 1 },
          ],
          seed,
        ),
      );
    expect(await mixed(1)).toEqual(await mixed(1));
    expect(await mixed(1)).not.toEqual(await mixed(2));
  });

  test("closes every source, also when it is left early", async () => {
    let closed = 0;
    const open = () =>
      new Dataset({
        name: "open",
        async *rows(): AsyncGenerator<SourceRow> {
          try {
            for (let line = 1; ; line++) yield { source: { file: "open", line }, value: { text: "a" } };
          } finally {
            closed += 1;
          }
        },
      });
    await valuesOf(
      mix(
        [
          { data: open(), weight: 1 },
          { data: open(), weight: 1 },
        ],
        1,
      ).take(50),
    );
    expect(closed).toBe(2);
  });

  test.each([
    ["no parts", [], 1],
    ["a weight of 0", [{ data: named("a", 1), weight: 0 }], 1],
    ["a part that is no source", [{ data: JSON.parse("5"), weight: 1 }], 1],
    ["half a seed", [{ data: named("a", 1), weight: 1 }], 0.5],
  ])("refuses %s", (_, parts, seed) => {
    expect(() => mix(parts, seed)).toThrow(OptionsError);
  });
});
