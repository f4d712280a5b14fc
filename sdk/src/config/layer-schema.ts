/** The form of a layer strategy. Whether it fits a model is for layers/resolve.ts to say. */
import { z } from "zod";
import { type LayerStrategy, publishedMasks } from "../layers/strategies.js";
import { exactObject, numberWhere, oneOf, share, text, wholeNumber } from "./option-checks.js";

const wanted =
  "midBlock(), allBlocks(), firstBlocks(), lastBlocks(), blocks(), segments(), publishedMask() or byScore()";
const indices = z.array(wholeNumber(0), { error: "a list of block indices" });
const ranks = z.array(wholeNumber(0), { error: "a list of ranks, one a segment" });
const scores = exactObject({
  name: text(200),
  values: z.array(
    numberWhere("a finite number", () => true),
    { error: "a list of numbers, one a block" },
  ),
});

/** Any of the strategies of layers/strategies.ts. */
export const layerSchema: z.ZodType<LayerStrategy> = z.discriminatedUnion(
  "kind",
  [
    exactObject({ kind: z.literal("mid-block"), from: share(), to: share() }),
    exactObject({ kind: z.literal("all-blocks") }),
    exactObject({ kind: z.literal("first-blocks"), count: wholeNumber(1) }),
    exactObject({ kind: z.literal("last-blocks"), count: wholeNumber(1) }),
    exactObject({ kind: z.literal("blocks"), indices }),
    exactObject({ kind: z.literal("segments"), ranks }),
    exactObject({ kind: z.literal("published-mask"), mask: oneOf(publishedMasks) }),
    exactObject({ kind: z.literal("by-score"), scores, keep: wholeNumber(1) }),
  ],
  { error: wanted },
);
