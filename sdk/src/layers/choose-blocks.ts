/** The rule of each strategy: which blocks of N it chooses, with all that is wrong with the choice. */

import type { Fault } from "../errors.js";
import type {
  ByScoreStrategy,
  LayerStrategy,
  MidBlockStrategy,
  PublishedMask,
  SegmentsStrategy,
} from "./strategies.js";

/** Blocks chosen by a strategy. `blocks` means nothing where there are faults. */
export interface BlockChoice {
  /** By ascending index; `rank` is present where the strategy sets it. */
  readonly blocks: readonly { readonly index: number; readonly rank?: number }[];
  /** The rule in a few words. */
  readonly rule: string;
  readonly faults: readonly Fault[];
}

/** Applies a strategy to a model of `blockCount` blocks, for the given kind of method. */
export function chooseBlocks(
  strategy: LayerStrategy,
  blockCount: number,
  methodKind: "lora" | "full-weights",
): BlockChoice {
  switch (strategy.kind) {
    case "mid-block":
      return chooseMiddle(strategy, blockCount);
    case "all-blocks":
      return chosen("all blocks", range(0, blockCount));
    case "first-blocks":
      return chooseCounted("count", strategy.count, blockCount, "first", (count) => range(0, count));
    case "last-blocks":
      return chooseCounted("count", strategy.count, blockCount, "last", (count) =>
        range(blockCount - count, blockCount),
      );
    case "blocks":
      return chooseListed(strategy.indices, blockCount);
    case "segments":
      return chooseSegments(strategy, blockCount, methodKind);
    case "published-mask":
      return chooseMasked(strategy.mask, blockCount, methodKind);
    case "by-score":
      return chooseByScore(strategy, blockCount);
  }
}

function chooseMiddle({ from, to }: MidBlockStrategy, blockCount: number): BlockChoice {
  if (!(from >= 0 && from < to && to <= 1)) {
    return refused("layers", "the range of depth is not one", `from ${from} to ${to}`, "0 <= from < to <= 1", "range");
  }
  const first = floorShare(from, blockCount);
  const end = floorShare(to, blockCount);
  const name = `depth ${percent(from)} to ${percent(to)} (rounded down)`;
  if (first < end) return chosen(name, range(first, end));
  const found = `from ${from} to ${to} of ${blockCount} blocks`;
  return refused(
    "layers",
    "no block lies in this range of depth",
    found,
    "a wider range, or allBlocks()",
    "empty_plan",
  );
}

/** floor(share * count), with the product's last bits forgiven: 0.29 * 100 is 28.999999999999996 in a double. */
function floorShare(share: number, count: number): number {
  return Math.floor(share * count + 1e-9);
}

function chooseCounted(
  option: string,
  count: number,
  blockCount: number,
  rule: string,
  pick: (count: number) => readonly number[],
): BlockChoice {
  if (Number.isInteger(count) && count >= 1 && count <= blockCount) return chosen(`${rule} ${count}`, pick(count));
  const wanted = `a whole number from 1 to ${blockCount}`;
  return refused(`layers.${option}`, "the model has not so many blocks", String(count), wanted, "block_count");
}

function chooseListed(indices: readonly number[], blockCount: number): BlockChoice {
  if (indices.length === 0) {
    return refused("layers.indices", "no block is listed", "[]", "at least one block", "empty_plan");
  }
  const faults = indices.flatMap((index, position): Fault[] => {
    const place = { where: `layers.indices[${position}]`, found: String(index) };
    if (!Number.isInteger(index) || index < 0 || index >= blockCount) {
      const wanted = `a whole number from 0 to ${blockCount - 1}`;
      return [{ ...place, problem: "the model has no such block", wanted, check: "unknown_block" }];
    }
    if (indices.indexOf(index) === position) return [];
    return [{ ...place, problem: "the block is listed before", wanted: "each block once", check: "duplicate_block" }];
  });
  const ascending = [...indices].sort((left, right) => left - right);
  return { ...chosen("listed", ascending), faults };
}

function chooseSegments(
  { ranks }: SegmentsStrategy,
  blockCount: number,
  methodKind: "lora" | "full-weights",
): BlockChoice {
  const wanted = methodKind === "lora" ? "a rank: 0 (not trained) or above" : "with full weights 0 or 1 (trained)";
  const faults: Fault[] = [];
  const blocks: { index: number; rank: number }[] = [];
  for (const [position, rank] of ranks.entries()) {
    const place = { where: `layers.ranks[${position}]`, found: String(rank) };
    const covered = range(
      segmentStart(position, ranks.length, blockCount),
      segmentStart(position + 1, ranks.length, blockCount),
    );
    if (!Number.isInteger(rank) || rank < 0 || (methodKind === "full-weights" && rank > 1)) {
      faults.push({ ...place, problem: "this is no rank of a segment", wanted, check: "segment_rank" });
    } else if (rank > 0 && covered.length === 0) {
      const problem = `the segment holds no block: ${ranks.length} segments of ${blockCount} blocks`;
      faults.push({ ...place, problem, wanted: `at most ${blockCount} segments`, check: "empty_segment" });
    } else if (rank > 0) {
      blocks.push(...covered.map((index) => ({ index, rank })));
    }
  }
  if (faults.length === 0 && blocks.length === 0) {
    return refused("layers.ranks", "no segment is trained", JSON.stringify(ranks), "a rank above 0", "empty_plan");
  }
  return { blocks, rule: `segments ${JSON.stringify(ranks)}`, faults };
}

function chooseMasked(mask: PublishedMask, blockCount: number, methodKind: "lora" | "full-weights"): BlockChoice {
  const choice = chooseSegments({ kind: "segments", ranks: [...mask].map(Number) }, blockCount, methodKind);
  const faults = choice.faults.map((fault) => ({ ...fault, where: "layers.mask" }));
  return {
    ...chosen(
      `published mask ${mask}`,
      choice.blocks.map(({ index }) => index),
    ),
    faults,
  };
}

function segmentStart(segment: number, segmentCount: number, blockCount: number): number {
  return Math.floor((segment * blockCount) / segmentCount);
}

function chooseByScore({ scores, keep }: ByScoreStrategy, blockCount: number): BlockChoice {
  const { name, values } = scores;
  const faults: Fault[] = values.flatMap((value, index) =>
    Number.isFinite(value)
      ? []
      : [{ where: `layers.scores.values[${index}]`, problem: "the score is no finite number", found: String(value) }],
  );
  if (values.length !== blockCount) {
    const place = { where: "layers.scores.values", found: `${values.length} scores`, wanted: String(blockCount) };
    faults.push({ ...place, problem: "there must be one score a block", check: "score_count" });
  }
  const highest = (count: number) =>
    range(0, values.length)
      .sort((left, right) => (values[right] ?? 0) - (values[left] ?? 0) || left - right)
      .slice(0, count)
      .sort((left, right) => left - right);
  const counted = chooseCounted("keep", keep, blockCount, `by ${name}: highest`, highest);
  return { ...counted, faults: [...faults, ...counted.faults] };
}

function chosen(rule: string, indices: readonly number[]): BlockChoice {
  return { blocks: indices.map((index) => ({ index })), rule, faults: [] };
}

function refused(where: string, problem: string, found: string, wanted: string, check: string): BlockChoice {
  return { blocks: [], rule: "", faults: [{ where, problem, found, wanted, check }] };
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, offset) => start + offset);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
