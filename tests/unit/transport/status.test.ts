/** Failures of the sidecar and of gRPC, as the errors that a program sees. */
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "@jest/globals";
import { failureMessage, withBridge } from "../../support/scripted-answers.js";
import { ScriptedFailure } from "../../support/scripted-sidecar.js";

async function failureOf(failure: ScriptedFailure): Promise<unknown> {
  let caught: unknown;
  const unary = {
    "Runs/GetRun": () => {
      throw failure;
    },
  };
  await withBridge({ unary }, async (bridge) => {
    caught = await bridge.getRun("r1").catch((error: unknown) => error);
  });
  return caught;
}

describe("what the sidecar says", () => {
  test("keeps every part, with facts under the names of this side", async () => {
    expect(await failureOf(new ScriptedFailure(status.INTERNAL, "text", failureMessage))).toMatchObject({
      name: "RunError",
      code: "out-of-memory",
      found: "9 GB",
      wanted: "8 GB",
      nextStep: "Use smaller micro-batches.",
      facts: { runId: "r1", microBatch: "4" },
      message: expect.stringMatching(/^Step 3 of run r1 did not fit\.\n/),
    });
  });

  test.each([
    ["invalid-options", "OptionsError"],
    ["invalid-layer-plan", "LayerPlanError"],
    ["sequence-too-long", "DataError"],
    ["dataset-not-found", "DataError"],
    ["unknown-model", "ModelError"],
    ["unsafe-model", "ModelError"],
    ["run-not-found", "RunError"],
    ["run-key-conflict", "RunError"],
    ["checkpoint-not-found", "RunError"],
    ["limit-exceeded", "BridgeError"],
    ["unauthenticated", "BridgeError"],
    ["cancelled", "CancelledError"],
    ["internal", "MidblockError"],
  ])("%s is a %s", async (code, name) => {
    const error = await failureOf(new ScriptedFailure(status.UNKNOWN, "text", { code, message: "Sentence." }));
    expect(error).toMatchObject({ code, name, message: "Sentence.", found: undefined, wanted: undefined });
  });

  test("a code of a newer sidecar is a failed call that names it", async () => {
    const detail = { code: "moon-phase", message: "Wrong moon.", facts: { moon: "full" } };
    expect(await failureOf(new ScriptedFailure(status.UNKNOWN, "text", detail))).toMatchObject({
      name: "BridgeError",
      code: "call-failed",
      message: "Wrong moon.",
      facts: { moon: "full", serverCode: "moon-phase" },
    });
  });

  test("a name that all objects have is no code", async () => {
    const error = await failureOf(new ScriptedFailure(status.UNKNOWN, "text", { code: "constructor", message: "M." }));
    expect(error).toMatchObject({ code: "call-failed" });
  });
});

describe("bare statuses", () => {
  test.each([
    [status.UNAVAILABLE, "connection-failed"],
    [status.CANCELLED, "connection-failed"],
    [status.DEADLINE_EXCEEDED, "deadline-exceeded"],
    [status.UNAUTHENTICATED, "unauthenticated"],
    [status.RESOURCE_EXHAUSTED, "limit-exceeded"],
    [status.UNIMPLEMENTED, "call-failed"],
    [status.INTERNAL, "call-failed"],
  ])("status %i is %s", async (code, expected) => {
    expect(await failureOf(new ScriptedFailure(code, "the details"))).toMatchObject({
      name: "BridgeError",
      code: expected,
      found: "the details",
      facts: { call: "Runs.GetRun" },
    });
  });
});
