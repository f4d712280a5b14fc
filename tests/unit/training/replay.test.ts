import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../../sdk/src/random.js";
import { planBatches } from "../../../sdk/src/training/batch-plan.js";
import { ReplayDraw } from "../../../sdk/src/training/replay.js";

const random = createRandom(11);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const lengthsOf = (count: number) => Array.from({ length: count }, () => 1 + random.below(400));

/** Plans of every kind: small and large shares, little and much general data, steps by examples and by tokens. */
function drawnTrial() {
  const byTokens = random.below(2) === 1;
  const epochs = 1 + random.below(5);
  const inputs = {
    lengths: lengthsOf(1 + random.below(60)),
    epochs,
    stepSize: byTokens ? { tokens: 1 + random.below(4000) } : { examples: 1 + random.below(12) },
    groupByLength: random.below(2) === 1,
    maxMicroBatchTokens: 1 + random.below(800),
    seed: random.below(1000),
    replay: { lengths: lengthsOf(1 + random.below(40)), share: 0.01 + 0.9 * random.uniform() },
  };
  return { inputs, epochs, byTokens };
}

describe("planBatches with replay", () => {
  test("each main example stands once in each epoch, and the share is met to within one example", () => {
    for (let trial = 0; trial < 200; trial++) {
      const { inputs, epochs, byTokens } = drawnTrial();
      const count = inputs.lengths.length;
      const flat = planBatches(inputs).steps.flat(2);
      const uses = new Map<number, number>();
      for (const index of flat) uses.set(index, (uses.get(index) ?? 0) + 1);
      for (let index = 0; index < count; index++) expect(uses.get(index)).toBe(epochs);
      const all = [...inputs.lengths, ...inputs.replay.lengths];
      const size = (index: number) => (byTokens ? (all[index] ?? 0) : 1);
      const replayed = flat.filter((index) => index >= count);
      const wanted = inputs.replay.share * sum(flat.map(size));
      const largest = byTokens ? Math.max(...inputs.replay.lengths) : 1;
      expect(Math.abs(sum(replayed.map(size)) - wanted)).toBeLessThanOrEqual(largest);
    }
  });

  test("every epoch has its share, and no general example comes again before all were drawn", () => {
    const inputs = {
      lengths: Array(30).fill(10),
      epochs: 4,
      stepSize: { examples: 4 },
      maxMicroBatchTokens: 100,
      seed: 3,
      replay: { lengths: Array(25).fill(10), share: 0.25 },
    };
    const { steps } = planBatches(inputs);
    // Ten steps of four an epoch: thirty examples and a quarter of forty.
    const epochs = [0, 10, 20, 30].map((first) => steps.slice(first, first + 10).flat(2));
    for (const epoch of epochs) expect(new Set(epoch.filter((index) => index < 30)).size).toBe(30);
    const replayed = epochs.map((epoch) => epoch.filter((index) => index >= 30));
    expect(replayed.map((indices) => indices.length)).toEqual([10, 10, 10, 10]);
    // 25 general examples are used up in the third epoch.
    expect(new Set(replayed.slice(0, 2).flat()).size).toBe(20);
    const uses = new Map<number, number>();
    for (const index of replayed.flat()) uses.set(index, (uses.get(index) ?? 0) + 1);
    expect(uses.size).toBe(25);
    expect(Math.max(...uses.values())).toBe(2);
  });

  test("it stands at random places: the steps of an epoch do not all have equally much of it", () => {
    const inputs = {
      lengths: Array(400).fill(10),
      epochs: 1,
      stepSize: { examples: 8 },
      maxMicroBatchTokens: 100,
      seed: 1,
      replay: { lengths: Array(500).fill(10), share: 0.5 },
    };
    const { steps } = planBatches(inputs);
    const inSteps = steps.map((step) => step.flat().filter((index) => index >= 400).length);
    expect(sum(inSteps)).toBe(400);
    expect(new Set(inSteps).size).toBeGreaterThan(3);
    // Every step of eight has some of both; by chance one in 128 would not.
    expect(inSteps.filter((count) => count === 0 || count === 8).length).toBeLessThanOrEqual(4);
  });

  test("the same inputs give the same plan, another seed another one", () => {
    for (let trial = 0; trial < 20; trial++) {
      const { inputs } = drawnTrial();
      expect(planBatches(inputs)).toEqual(planBatches(inputs));
    }
    const inputs = { ...drawnTrial().inputs, lengths: lengthsOf(50) };
    expect(planBatches({ ...inputs, seed: 1 })).not.toEqual(planBatches({ ...inputs, seed: 2 }));
  });
});

describe("ReplayDraw", () => {
  test("a share of less than an example an epoch is made up for in later epochs", () => {
    const draw = new ReplayDraw({ lengths: [5, 5], share: 0.02 }, { byTokens: false, random: createRandom(0) });
    const drawn = Array.from({ length: 20 }, () => draw.draw(Array(10).fill(5)).length);
    // 20 epochs of 10 examples beside 2 %: 200 * 0.02 / 0.98, just above 4.
    expect(sum(drawn)).toBe(4);
    expect(Math.max(...drawn)).toBe(1);
  });

  test.each([0, 1, -0.1, Number.NaN])("refuses a share of %p", (share) => {
    expect(() => new ReplayDraw({ lengths: [1], share }, { byTokens: false, random: createRandom(0) })).toThrow(
      RangeError,
    );
  });
});
