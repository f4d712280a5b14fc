import { describe, expect, test } from "@jest/globals";
import { measurePacking, packEvenly, packWindow } from "../../../sdk/src/training/packing.js";

describe("packWindow", () => {
  test("begins with the sequence that waited longest and takes what still fits, in order", () => {
    const lengths = [60, 50, 30, 20, 10];
    expect(packWindow([0, 1, 2, 3, 4], lengths, 100)).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  test("gives a sequence longer than the budget a micro-batch of its own", () => {
    expect(packWindow([0, 1, 2], [5, 200, 5], 100)).toEqual([[0, 2], [1]]);
    expect(packWindow([1, 0, 2], [5, 200, 5], 100)).toEqual([[1], [0, 2]]);
  });

  test("lets no sequence wait for longer than the window, however well later ones fit", () => {
    const lengths = [10, ...Array.from({ length: 2000 }, () => 50), 91];
    const order = [lengths.length - 1, ...lengths.keys()].slice(0, -1);
    expect(packWindow(order, lengths, 100)[0]).toEqual([2001]);
    expect(packWindow(order, lengths, 100)[1]?.[0]).toBe(0);
  });

  test("packs nothing into nothing", () => {
    expect(packWindow([], [], 100)).toEqual([]);
  });
});

describe("packEvenly", () => {
  test("takes as few micro-batches as first-fit decreasing and makes them even", () => {
    const lengths = [30, 40, 20, 60, 50];
    expect(packEvenly([0, 1, 2, 3, 4], lengths, 150)).toEqual([
      [3, 0, 2],
      [4, 1],
    ]);
    expect(packEvenly([0, 1, 2, 3, 4], lengths, 200)).toEqual([[3, 4, 1, 0, 2]]);
  });

  test("keeps to the budget where even ones would not", () => {
    const lengths = [6, 6, 4, 4, 4];
    expect(packEvenly([0, 1, 2, 3, 4], lengths, 12)).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
  });

  test("leaves a sequence that is longer than the budget alone", () => {
    expect(packEvenly([0, 1, 2], [150, 80, 80], 100)).toEqual([[0], [1], [2]]);
    expect(packEvenly([0, 1, 2, 3], [101, 60, 20, 20], 100)).toEqual([[0], [1, 2, 3]]);
  });

  test("packs nothing into nothing", () => {
    expect(packEvenly([], [], 100)).toEqual([]);
  });
});

describe("measurePacking", () => {
  test("is tokens over budget", () => {
    const figures = measurePacking([[0, 1], [2]], [60, 40, 50], 100);
    expect(figures).toEqual({ microBatches: 2, budget: 100, efficiency: 0.75 });
  });

  test("counts a sequence longer than the budget as full, not as more", () => {
    expect(measurePacking(packEvenly([0], [300], 100), [300], 100).efficiency).toBe(1);
  });
});
