/** The form of a training method. Whether its targets exist is for training/methods.ts to say. */
import { z } from "zod";
import type { MethodChoice } from "../training/methods.js";
import { evenWithOtherFaults, exactObject, flag, numberWhere, text, wholeNumber } from "./option-checks.js";

const wantedTargets = '"all-linear", "attention", "mlp", or a list of names such as "self_attn.q_proj"';
const names = z.array(text(500), { error: wantedTargets }).min(1, { error: wantedTargets });
const targets = z.union([z.enum(["all-linear", "attention", "mlp"]), names], { error: wantedTargets });

const loraSchema = exactObject({
  kind: z.literal("lora"),
  rank: wholeNumber(1).exactOptional(),
  rankBudget: wholeNumber(1).exactOptional(),
  scale: numberWhere("a number above 0", (value) => value > 0),
  targets,
  dropout: numberWhere("a number from 0 to below 1", (value) => value >= 0 && value < 1),
  rankStabilized: flag(),
  weightDecomposed: flag(),
}).refine(({ rank, rankBudget }) => (rank === undefined) !== (rankBudget === undefined), {
  ...evenWithOtherFaults,
  error: "either rank or rankBudget",
});

/** What lora() and fullWeights() return. */
export const methodSchema: z.ZodType<MethodChoice> = z.discriminatedUnion(
  "kind",
  [loraSchema, exactObject({ kind: z.literal("full-weights") })],
  { error: "lora() or fullWeights()" },
);
