/** Gives an open run its data while it trains. */
import type { Bridge } from "../transport/bridge.js";
import type { RunControl } from "./run-control.js";
import type { DataPart } from "./training-data.js";

/**
 * Reads all parts, and sends each as an extension once the run exists. Preparing goes on while the base is measured. A
 * failure of either fails the whole by `control`; resolves when the run has all.
 */
export async function feedRun(
  parts: AsyncIterable<DataPart>,
  bridge: Bridge,
  control: RunControl,
  notesOf: (part: DataPart) => string,
): Promise<void> {
  let given: Promise<unknown> = control.runId;
  let number = 0;
  try {
    for await (const part of parts) {
      number += 1;
      const { datasetHashes, steps } = part;
      const clientNotes = part.notes === undefined ? "" : notesOf(part);
      const extension = { number, datasetHashes, batchPlan: { steps }, clientNotes };
      given = given.then(async () => bridge.extendRun(await control.runId, extension, control.signal));
      given.catch((error) => control.failWith(error));
    }
    await given;
  } catch (error) {
    control.failWith(error);
    throw error;
  }
}
