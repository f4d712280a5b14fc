/** Uploads: resumed where they broke, checked before they start, and never faster than the sidecar takes them. */
import { status } from "@grpc/grpc-js";
import { afterAll, expect, test } from "@jest/globals";
import type { Datum } from "../../../sdk/src/data/datum.js";
import { Channel } from "../../../sdk/src/transport/channel.js";
import { sendStream } from "../../../sdk/src/transport/client-stream.js";
import { encodeDataset } from "../../../sdk/src/transport/dataset-codec.js";
import { DatasetsService, type UploadDatasetRequest } from "../../../sdk/src/transport/gen/midblock/v1/dataset.js";
import { ContractCoverage } from "../../support/contract-coverage.js";
import type { WireMessage } from "../../support/contract-definitions.js";
import { handshakeWith, quickTimings, withBridge } from "../../support/scripted-answers.js";
import { type Script, ScriptedFailure, startScriptedSidecar } from "../../support/scripted-sidecar.js";

const coverage = new ContractCoverage(["GetDatasetRequest", "DatasetStatus", "UploadDatasetRequest"]);
afterAll(() => expect(coverage.missing()).toEqual([]));

/** One example of 10,500 encoded bytes: five a token, one more for an id above 127, and ten around them. */
const dataset: readonly Datum[] = [
  {
    tokenIds: Array.from({ length: 2098 }, (_, index) => (index < 2 ? 300 : index % 128)),
    lossWeights: Array.from({ length: 2098 }, (_, index) => index % 2),
    source: { file: "(memory)", line: 1 },
  },
];
const { bytes, contentHash } = encodeDataset(dataset);

/** A sidecar that keeps what it is sent, and breaks an upload off after the chunks that `breaks` tells for each try. */
function keeping(breaks: readonly number[], stored = Buffer.alloc(0)) {
  const kept = { bytes: stored, offsets: [] as number[], uploads: 0 };
  const complete = () => kept.bytes.length === bytes.length;
  const describe = () => ({
    content_hash: contentHash,
    received_bytes: String(kept.bytes.length),
    complete: complete(),
  });
  const uploads: Script["uploads"] = {
    "Datasets/UploadDataset": async (messages) => {
      let chunks = breaks[kept.uploads++] ?? Number.POSITIVE_INFINITY;
      for await (const message of messages) {
        coverage.note("UploadDatasetRequest", message);
        const header = message["header"] as { offset?: string } | undefined;
        if (header) kept.offsets.push(Number(header.offset ?? 0));
        const chunk = message["chunk"];
        if (!Buffer.isBuffer(chunk)) continue;
        if (chunks-- <= 0) throw new ScriptedFailure(status.UNAVAILABLE, "gone");
        expect(chunk.length).toBeLessThanOrEqual(1000);
        kept.bytes = Buffer.concat([kept.bytes, chunk]);
      }
      return describe();
    },
  };
  return { kept, script: { unary: { "Datasets/GetDataset": describe }, uploads } };
}

test("a broken upload goes on at the bytes that were stored", async () => {
  const { kept, script } = keeping([3, 0, 4]);
  await withBridge(script, async (bridge) => {
    expect(await bridge.uploadDataset(dataset)).toMatchObject({ complete: true, receivedBytes: 10_500 });
  });
  expect(kept.offsets).toEqual([0, 3000, 3000, 7000]);
  expect(kept.bytes.equals(bytes)).toBe(true);
});

test("a complete data set is not sent again", async () => {
  const { kept, script } = keeping([], Buffer.from(bytes));
  await withBridge(script, async (bridge) => {
    expect(await bridge.uploadDataset(dataset)).toMatchObject({ complete: true });
  });
  expect(kept.uploads).toBe(0);
});

test("an upload that never gets further is given up", async () => {
  const { kept, script } = keeping([2, 0, 0, 0, 0, 0, 0]);
  const timings = { ...quickTimings, fruitlessTries: 3 };
  await withBridge(
    script,
    async (bridge) => {
      await expect(bridge.uploadDataset(dataset)).rejects.toMatchObject({ code: "connection-failed" });
    },
    timings,
  );
  // The first try after progress counts from anew.
  expect(kept.uploads).toBe(5);
});

test("what the sidecar finds wrong with the rows is thrown at once", async () => {
  const { script } = keeping([]);
  const detail = { code: "dataset-invalid", message: "Row 3 has no tokens." };
  let uploads = 0;
  const refuse = async () => {
    uploads += 1;
    throw new ScriptedFailure(status.INVALID_ARGUMENT, "text", detail);
  };
  await withBridge({ ...script, uploads: { "Datasets/UploadDataset": refuse } }, async (bridge) => {
    await expect(bridge.uploadDataset(dataset)).rejects.toMatchObject({ name: "DataError", code: "dataset-invalid" });
  });
  expect(uploads).toBe(1);
});

test("a data set above the limit is refused before anything is sent", async () => {
  let calls = 0;
  const unary = {
    "Control/Handshake": () => handshakeWith({ max_dataset_bytes: "10499" }),
    "Datasets/GetDataset": () => {
      calls += 1;
      return {};
    },
  };
  await withBridge({ unary }, async (bridge) => {
    await expect(bridge.uploadDataset(dataset)).rejects.toMatchObject({
      code: "limit-exceeded",
      found: "10500 bytes",
      wanted: "at most 10499 bytes",
    });
  });
  expect(calls).toBe(0);
});

test("the caller's signal stops an upload on both sides", async () => {
  const cancelling = new AbortController();
  let noteCancelled: () => void = () => {};
  const noticed = new Promise<void>((resolve) => {
    noteCancelled = resolve;
  });
  const { script } = keeping([]);
  const uploads: Script["uploads"] = {
    "Datasets/UploadDataset": async (messages, call) => {
      call.cancelled.then(noteCancelled);
      for await (const _ of messages) cancelling.abort("enough");
      return {};
    },
  };
  await withBridge({ ...script, uploads }, async (bridge) => {
    await expect(bridge.uploadDataset(dataset, cancelling.signal)).rejects.toMatchObject({
      name: "CancelledError",
      cause: "enough",
    });
    await noticed;
  });
});

test("a sidecar that takes nothing gets nothing more, and is not waited for without end", async () => {
  const total = 200;
  let taken = 0;
  function* megabytes(): Generator<UploadDatasetRequest> {
    for (; taken < total; taken++) yield { part: { $case: "chunk", value: Buffer.alloc(1024 * 1024) } };
  }
  const readNothing = (_: AsyncIterable<WireMessage>, call: { cancelled: Promise<void> }) =>
    call.cancelled.then(() => ({}));
  const sidecar = await startScriptedSidecar({ uploads: { "Datasets/UploadDataset": readNothing } });
  const channel = new Channel(sidecar.address, "t", undefined, { ...quickTimings, silentWorkMilliseconds: 200 });
  const sending = sendStream(channel, DatasetsService.uploadDataset, megabytes(), undefined);
  await expect(sending).rejects.toMatchObject({
    code: "connection-failed",
    message: expect.stringContaining("silent"),
  });
  expect(taken).toBeLessThan(20);
  channel.close();
  sidecar.stop();
});

test("uploads in chunks of the sidecar's size", async () => {
  const tokenIds = Array.from({ length: 498 }, (_, index) => (index < 2 ? 300 : index % 128));
  const dataset = [{ tokenIds, lossWeights: tokenIds.map(() => 1), source: { file: "(memory)", line: 1 } }];
  const { bytes, contentHash } = encodeDataset(dataset);
  const requests: WireMessage[] = [];
  const complete = {
    content_hash: contentHash,
    received_bytes: "2500",
    complete: true,
    datum_count: "3",
    token_count: "400",
    trained_token_count: "200",
  };
  const unary = {
    "Datasets/GetDataset": (request: WireMessage) => {
      coverage.note("GetDatasetRequest", request);
      return { content_hash: contentHash };
    },
  };
  const uploads = {
    "Datasets/UploadDataset": async (messages: AsyncIterable<WireMessage>) => {
      for await (const message of messages) requests.push(coverage.note("UploadDatasetRequest", message));
      return coverage.note("DatasetStatus", complete);
    },
  };
  await withBridge({ unary, uploads }, async (bridge) => {
    expect(await bridge.uploadDataset(dataset)).toEqual({
      contentHash,
      receivedBytes: 2500,
      complete: true,
      datumCount: 3,
      tokenCount: 400,
      trainedTokenCount: 200,
    });
  });
  expect(requests).toEqual([
    { header: { content_hash: contentHash, total_bytes: "2500" } },
    ...[0, 1000, 2000].map((start) => ({ chunk: Buffer.from(bytes.subarray(start, start + 1000)) })),
  ]);
});
