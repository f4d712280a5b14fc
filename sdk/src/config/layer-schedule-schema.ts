/** The form of a layer schedule. Whether it fits a plan is for layers/layer-schedule.ts to say. */
import { z } from "zod";
import type { LayerSchedule } from "../layers/layer-schedule.js";
import { exactObject, oneOf, wholeNumber } from "./option-checks.js";

/** What sampledBlocks() and gradualUnfreezing() return. */
export const layerScheduleSchema: z.ZodType<LayerSchedule> = z.discriminatedUnion(
  "kind",
  [
    exactObject({ kind: z.literal("sampled-blocks"), count: wholeNumber(1), everySteps: wholeNumber(1) }),
    exactObject({
      kind: z.literal("gradual-unfreezing"),
      everySteps: wholeNumber(1),
      from: oneOf(["top", "bottom"]),
    }),
  ],
  { error: "sampledBlocks() or gradualUnfreezing()" },
);
