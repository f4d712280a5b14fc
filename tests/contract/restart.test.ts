/** A watcher outlives the sidecar: killed in the middle of a run and started again, it is told every event once. */
import { once } from "node:events";
import { expect, jest, test } from "@jest/globals";
import type { TrainingEvent } from "../../sdk/src/training/run-event.js";
import { openBridge } from "../../sdk/src/transport/grpc-bridge.js";
import { startTestSidecar } from "../support/test-sidecar.js";
import { specificationFor, trainingRows } from "../support/training-pair.js";

// A real sidecar on a machine that others use as well.
jest.setTimeout(180_000);

test("a killed sidecar that comes back goes on where the watcher was", async () => {
  const first = await startTestSidecar();
  const { address, token, folder } = first;
  const bridge = await openBridge({ address, token, clientVersion: "0.1.0" });
  const card = await bridge.modelCard();
  const { contentHash } = await bridge.uploadDataset(trainingRows(16));
  const specification = { ...specificationFor(card, contentHash, 2000), checkpointEverySteps: 2 };
  const { runId } = await bridge.startRun("restart", specification);

  const events = bridge.watchRun(runId, 1)[Symbol.asyncIterator]();
  const told: TrainingEvent[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) {
    told.push(next.value);
    if (next.value.type === "checkpoint-saved") break;
  }
  const killed = once(first.process, "exit");
  first.process.kill("SIGKILL");
  await killed;
  const second = await startTestSidecar({ listen: address, folder });
  for (let next = await events.next(); !next.done; next = await events.next()) told.push(next.value);

  expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
  expect(told.at(-1)).toMatchObject({ type: "run-interrupted" });
  const record = await bridge.getRun(runId);
  expect(record).toMatchObject({ state: "interrupted", lastSequence: told.length });

  await bridge.modelCard();
  await bridge.resumeRun(runId);
  for await (const event of bridge.watchRun(runId, told.length + 1)) {
    told.push(event);
    if (event.type === "step-end") await bridge.cancelRun(runId);
  }
  expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
  const resumedAt = record.checkpoints.at(-1)?.step;
  expect(told.filter(({ type }) => type === "run-start").at(-1)).toMatchObject({ fromStep: resumedAt });
  expect(told.at(-1)).toMatchObject({ type: "run-end", state: "cancelled" });
  bridge.close();
  await second.stop();
}, 120_000);
