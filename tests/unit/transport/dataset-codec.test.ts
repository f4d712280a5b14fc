/** The encoding of data sets, read back by the generated decoder and checked against fixed bytes. */
import { createHash } from "node:crypto";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "@jest/globals";
import type { Datum } from "../../../sdk/src/data/datum.js";
import { encodeDataset } from "../../../sdk/src/transport/dataset-codec.js";
import { Datum as WireDatum } from "../../../sdk/src/transport/gen/midblock/v1/dataset.js";

const datum = (tokenIds: readonly number[], lossWeights: readonly number[], line = 1): Datum => ({
  tokenIds,
  lossWeights,
  source: { file: "train.jsonl", line },
});

function decode(bytes: Uint8Array): WireDatum[] {
  const reader = new BinaryReader(bytes);
  const datums: WireDatum[] = [];
  while (reader.pos < reader.len) datums.push(WireDatum.decode(reader, reader.uint32()));
  return datums;
}

test("gives the bytes that the contract says", () => {
  const { bytes, contentHash } = encodeDataset([datum([1, 300], [0, 1])]);
  // length 15; field 1, 3 bytes: 1, 300; field 2, 8 bytes: 0.0, 1.0.
  expect(Buffer.from(bytes).toString("hex")).toBe("0f0a0301ac02120800000000" + "0000803f");
  expect(contentHash).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("is read back by the generated decoder, whatever the width of the numbers", () => {
  const ids = [0, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456, 4294967295];
  const weights = [0, 1, 0.5, 3.25, 1e-30, 0, 1, 2, 3, 4];
  const rows = [datum(ids, weights), datum([5], [1]), datum(ids.toReversed(), weights)];
  const decoded = decode(encodeDataset(rows).bytes);
  expect(decoded.map(({ tokenIds }) => tokenIds)).toEqual(rows.map(({ tokenIds }) => tokenIds));
  const rounded = rows.map(({ lossWeights }) => lossWeights.map(Math.fround));
  expect(decoded.map(({ lossWeights }) => lossWeights)).toEqual(rounded);
});

test("an empty data set has no bytes", () => {
  expect(encodeDataset([]).bytes).toHaveLength(0);
});

test("takes any iterable, and grows with it", () => {
  function* rows(count: number): Generator<Datum> {
    const ids = Array.from({ length: 20 }, (_, index) => index * 400);
    const weights = ids.map((_, index) => (index < 10 ? 0 : 1));
    for (let row = 0; row < count; row++) yield datum(ids, weights, row + 1);
  }
  const one = encodeDataset(rows(1)).bytes;
  const many = encodeDataset(rows(20_000)).bytes;
  expect(many).toHaveLength(one.length * 20_000);
  expect(Buffer.from(many.subarray(-one.length)).equals(one)).toBe(true);
});

describe("refuses what the contract excludes", () => {
  test("naming every row with its place", () => {
    const rows = [
      datum([1], [1], 1),
      datum([], [], 2),
      datum([1, 2], [1], 3),
      datum([-1], [1], 4),
      datum([1.5], [1], 5),
      datum([4294967296], [1], 6),
      datum([1], [-0.5], 7),
      datum([1], [Number.NaN], 8),
      datum([1], [Number.POSITIVE_INFINITY], 9),
      datum([1], [1e39], 10),
    ];
    let caught: unknown;
    try {
      encodeDataset(rows);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ name: "DataError", code: "dataset-invalid" });
    const faults = (caught as { faults: { where: string }[] }).faults;
    expect(faults.map(({ where }) => where)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10].map((line) => `train.jsonl:${line}`));
  });
});
