/** Calls with one answer: deadlines and cancellation. */
import { expect, test } from "@jest/globals";
import { SidecarError } from "../../../sdk/src/errors.js";
import { openBridge } from "../../../sdk/src/transport/grpc-bridge.js";
import { handshakeAnswer, quickTimings, recordMessage, withBridge } from "../../support/scripted-answers.js";
import { type Script, startScriptedSidecar } from "../../support/scripted-sidecar.js";

/** A sidecar that does not answer GetRun; `called` and `cancelled` settle when a call comes and when it is gone. */
function neverAnswering() {
  let noteCalled: () => void = () => {};
  let noteCancelled: () => void = () => {};
  const called = new Promise<void>((resolve) => {
    noteCalled = resolve;
  });
  const cancelled = new Promise<void>((resolve) => {
    noteCancelled = resolve;
  });
  const unary: Script["unary"] = {
    "Runs/GetRun": async (_, call) => {
      noteCalled();
      await call.cancelled;
      noteCancelled();
      return recordMessage;
    },
  };
  return { unary, called, cancelled };
}

test("the caller's signal cancels a call on both sides", async () => {
  const { unary, called, cancelled } = neverAnswering();
  await withBridge({ unary }, async (bridge) => {
    const cancelling = new AbortController();
    const answer = expect(bridge.getRun("r1", cancelling.signal)).rejects.toMatchObject({
      name: "CancelledError",
      code: "cancelled",
      cause: "enough",
      message: expect.stringContaining("Runs.GetRun"),
    });
    await called;
    cancelling.abort("enough");
    await answer;
    await cancelled;
  });
});

test("a call without an answer ends at its deadline", async () => {
  const { unary } = neverAnswering();
  const timings = { ...quickTimings, unaryMilliseconds: 50 };
  await withBridge(
    { unary },
    async (bridge) => {
      await expect(bridge.getRun("r1")).rejects.toMatchObject({
        name: "BridgeError",
        code: "deadline-exceeded",
        message: expect.stringContaining("Runs.GetRun"),
      });
    },
    timings,
  );
});

test("a call after close says so", async () => {
  await withBridge({}, async (bridge) => {
    bridge.close();
    await expect(bridge.getRun("r1")).rejects.toMatchObject({
      code: "call-failed",
      message: expect.stringContaining("closed by this program"),
    });
  });
});

test("a sidecar that goes away during a call is a broken connection", async () => {
  const { unary, called } = neverAnswering();
  await withBridge({ unary }, async (bridge, sidecar) => {
    const answer = expect(bridge.getRun("r1")).rejects.toMatchObject({
      name: "BridgeError",
      code: "connection-failed",
    });
    await called;
    sidecar.stop();
    await answer;
  });
});

test("once the sidecar's process has ended, running and later calls fail with the reason", async () => {
  const { unary, called } = neverAnswering();
  const sidecar = await startScriptedSidecar({ unary: { ...unary, "Control/Handshake": () => handshakeAnswer } });
  let end: (reason: SidecarError) => void = () => {};
  const gone = new Promise<SidecarError>((resolve) => {
    end = resolve;
  });
  const bridge = await openBridge({ address: sidecar.address, token: "t", clientVersion: "0", gone }, quickTimings);
  const reason = new SidecarError({ code: "sidecar-exited", what: "Killed." });
  const running = expect(bridge.getRun("r1")).rejects.toBe(reason);
  await called;
  end(reason);
  await running;
  await expect(bridge.getRun("r1")).rejects.toBe(reason);
  await expect(bridge.watchRun("r1", 1)[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  sidecar.stop();
});

test("a connection that breaks waits for the news that the process has ended", async () => {
  const { unary, called } = neverAnswering();
  const sidecar = await startScriptedSidecar({ unary: { ...unary, "Control/Handshake": () => handshakeAnswer } });
  let end: (reason: SidecarError) => void = () => {};
  const gone = new Promise<SidecarError>((resolve) => {
    end = resolve;
  });
  const timings = { ...quickTimings, endOfProcessMilliseconds: 600_000 };
  const bridge = await openBridge({ address: sidecar.address, token: "t", clientVersion: "0", gone }, timings);
  const reason = new SidecarError({ code: "sidecar-exited", what: "Killed." });
  const running = expect(bridge.getRun("r1")).rejects.toBe(reason);
  await called;
  sidecar.stop();
  setImmediate(() => end(reason));
  await running;
});

test("signals are let go of after the call", async () => {
  const listening = new AbortController();
  const { signal } = listening;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  await withBridge({ unary: { "Runs/GetRun": () => ({ ...recordMessage }) } }, async (bridge) => {
    await bridge.getRun("r1", signal);
    await bridge.getRun("r1", signal);
  });
  expect(listeners).toBe(0);
});
