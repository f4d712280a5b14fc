import { expect, test } from "@jest/globals";
import { doesNotFit } from "../../../sdk/src/finetune/does-not-fit.js";
import { samplePreflight } from "../../support/sample-preflight.js";

test("says what is needed, what there is, and what each change saves", () => {
  const error = doesNotFit({
    ...samplePreflight,
    fits: false,
    peakBytes: 9_000_000_000,
    availableBytes: 8_000_000_000,
    advice: [{ change: "gradientCheckpointing: true", savedBytes: 3_500_000_000 }],
  });
  expect(error).toMatchObject({ name: "RunError", code: "does-not-fit" });
  expect(error.message).toMatch(/at least 9\.0\sGB needed/);
  expect(error.message).toMatch(/at most 8\.0\sGB/);
  expect(error.message).toMatch(/gradientCheckpointing: true \(about 3\.5\sGB\)/);
});
