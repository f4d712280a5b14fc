/** The layer plan: which blocks are trained and how. Plain data; strategies.ts makes it, the sidecar obeys it. */

/** One trained block. */
export interface BlockPlan {
  /** 0 to blockCount - 1. */
  readonly index: number;
  readonly train: "lora" | "full";
  /** Rank of the adapters; present exactly where train is "lora". */
  readonly rank?: number;
}

/** A plan resolved against a model card. */
export interface LayerPlan {
  /** By ascending index, each index once. */
  readonly blocks: readonly BlockPlan[];
  /** Number of blocks of the model it was made for. */
  readonly blockCount: number;
  /** One sentence for people: which rule chose these blocks. */
  readonly why: string;
}

/** Index of the lowest planned block: what lies below it is the base's, whatever is trained. */
export function lowestBlock({ blocks }: Pick<LayerPlan, "blocks">): number {
  return Math.min(...blocks.map(({ index }) => index));
}
