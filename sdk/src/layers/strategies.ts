/** Ways to say which blocks are trained, before the model is known. Each is plain JSON; resolve.ts makes a plan of it. */

/** The blocks between two shares of the depth. */
export interface MidBlockStrategy {
  readonly kind: "mid-block";
  readonly from: number;
  readonly to: number;
}

/** Every block. */
export interface AllBlocksStrategy {
  readonly kind: "all-blocks";
}

/** The `count` blocks next to the embedding. */
export interface FirstBlocksStrategy {
  readonly kind: "first-blocks";
  readonly count: number;
}

/** The `count` blocks next to the head. */
export interface LastBlocksStrategy {
  readonly kind: "last-blocks";
  readonly count: number;
}

/** Blocks by index. */
export interface ListedBlocksStrategy {
  readonly kind: "blocks";
  readonly indices: readonly number[];
}

/** A rank for each equal segment of the depth. */
export interface SegmentsStrategy {
  readonly kind: "segments";
  readonly ranks: readonly number[];
}

/** Fifths of the depth, as the method's paper names them. */
export interface PublishedMaskStrategy {
  readonly kind: "published-mask";
  readonly mask: PublishedMask;
}

/** The masks of arXiv 2604.11838: a digit for each fifth of the depth, from the embedding on, 1 where it is trained. */
export type PublishedMask = (typeof publishedMasks)[number];

/** Every published mask: all blocks, the mid-block, two fifths, one fifth. */
export const publishedMasks = [
  "11111",
  "01110",
  "01100",
  "00110",
  "10000",
  "01000",
  "00100",
  "00010",
  "00001",
] as const;

/** The blocks with the highest scores. */
export interface ByScoreStrategy {
  readonly kind: "by-score";
  readonly scores: BlockScores;
  readonly keep: number;
}

/** A score for each block of a model, such as an analysis gives. */
export interface BlockScores {
  /** What was measured, in a few words; shown with the plan. */
  readonly name: string;
  /** One number a block, block 0 first. */
  readonly values: readonly number[];
}

/** Any way to choose blocks. */
export type LayerStrategy =
  | MidBlockStrategy
  | AllBlocksStrategy
  | FirstBlocksStrategy
  | LastBlocksStrategy
  | ListedBlocksStrategy
  | SegmentsStrategy
  | PublishedMaskStrategy
  | ByScoreStrategy;

/**
 * Trains the middle of the depth: block i of N where floor(from * N) <= i < floor(to * N).
 *
 * The default, 20 % to 80 %, is the mid-block of "A Layer-wise Analysis of Supervised Fine-Tuning" (arXiv 2604.11838)
 * with the rounding of its published code.
 */
export function midBlock(range: { readonly from?: number; readonly to?: number } = {}): MidBlockStrategy {
  return { kind: "mid-block", from: range.from ?? 0.2, to: range.to ?? 0.8 };
}

/** Trains every block: the usual baseline. */
export function allBlocks(): AllBlocksStrategy {
  return { kind: "all-blocks" };
}

/** Trains the `count` blocks next to the embedding. */
export function firstBlocks(count: number): FirstBlocksStrategy {
  return { kind: "first-blocks", count };
}

/** Trains the `count` blocks next to the head. */
export function lastBlocks(count: number): LastBlocksStrategy {
  return { kind: "last-blocks", count };
}

/** Trains the blocks with these indices, from 0; their order does not matter, naming one twice is an error. */
export function blocks(indices: readonly number[]): ListedBlocksStrategy {
  return { kind: "blocks", indices: [...indices] };
}

/**
 * Cuts the depth into as many equal segments as ranks are given and trains each with its rank; rank 0 is not trained.
 *
 * Segment i of k covers blocks floor(i * N / k) to floor((i + 1) * N / k) - 1, as in the code published with arXiv
 * 2604.11838: segments([0, 113, 113, 113, 0]) is its mask 01110. The ranks here stand in place of the method's. With
 * full weights a segment is 0 (not trained) or 1 (trained).
 */
export function segments(ranks: readonly number[]): SegmentsStrategy {
  return { kind: "segments", ranks: [...ranks] };
}

/**
 * Trains the fifths of the depth that a mask of "A Layer-wise Analysis of Supervised Fine-Tuning" (arXiv 2604.11838)
 * names: fifth i of N blocks is floor(i * N / 5) to floor((i + 1) * N / 5) - 1, as in its published code.
 *
 * The ranks are the method's: lora({ rankBudget }) gives every mask the same sum of ranks, as there. "01110" is
 * midBlock(); on GSM8K the best mask reported is "01100" for 1B, "01000" for 7B, "01110" for 13B and "01100" for 32B,
 * each chosen on the test itself.
 */
export function publishedMask(mask: PublishedMask): PublishedMaskStrategy {
  return { kind: "published-mask", mask };
}

/** Trains the `keep` blocks with the highest scores; of equal scores the lower index goes first. */
export function byScore(scores: BlockScores, options: { readonly keep: number }): ByScoreStrategy {
  return { kind: "by-score", scores: { name: scores.name, values: [...scores.values] }, keep: options.keep };
}
