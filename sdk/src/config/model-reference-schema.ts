/** The form of a model reference: the base, or the result of a run. */
import { z } from "zod";
import type { ModelReference } from "../evaluation/inference.js";
import { exactObject, text, wholeNumber } from "./option-checks.js";

const wanted = '{ kind: "base" } or { kind: "run", runId, step? }';

/** Which weights to use. */
export const modelReferenceSchema: z.ZodType<ModelReference> = z.discriminatedUnion(
  "kind",
  [
    exactObject({ kind: z.literal("base") }),
    exactObject({ kind: z.literal("run"), runId: text(200), step: wholeNumber(0).exactOptional() }),
  ],
  { error: wanted },
);
