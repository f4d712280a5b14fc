/** A data set as bytes: Datum messages in order, each preceded by its length (dataset.proto), and their hash. */
import { createHash } from "node:crypto";
import type { Datum } from "../data/datum.js";
import { placeOf } from "../data/place.js";
import { DataError, type Fault } from "../errors.js";
import { ByteWriter, varintBytes } from "./byte-writer.js";

// Field number << 3 | wire type 2 (length-delimited), from dataset.proto.
const tokenIdsTag = 0x0a;
const lossWeightsTag = 0x12;
const largestTokenId = 0xffff_ffff;

/** A data set in the form it is sent in. */
export interface EncodedDataset {
  /** SHA-256 hex of bytes. */
  readonly contentHash: string;
  readonly bytes: Uint8Array;
}

/**
 * Encodes examples. Written by hand, straight into one growing buffer: the generated encoder makes several objects for
 * each number. Loss weights are rounded to float32, which holds 0 and 1 exactly.
 *
 * @throws DataError "dataset-invalid" that lists every example with no tokens, with another number of weights than
 * tokens, or with a value that the contract excludes.
 */
export function encodeDataset(datums: Iterable<Datum>): EncodedDataset {
  const writer = new ByteWriter();
  const faults: Fault[] = [];
  for (const datum of datums) {
    const problem = findProblem(datum);
    if (problem === undefined) writeDatum(writer, datum);
    else faults.push({ where: placeOf(datum.source), problem });
  }
  if (faults.length > 0) {
    throw new DataError({ code: "dataset-invalid", what: "Some examples can't be sent to the sidecar.", faults });
  }
  const bytes = writer.finish();
  return { contentHash: createHash("sha256").update(bytes).digest("hex"), bytes };
}

function findProblem({ tokenIds, lossWeights }: Datum): string | undefined {
  if (tokenIds.length === 0) return "has no tokens";
  if (lossWeights.length !== tokenIds.length) {
    return `has ${tokenIds.length} tokens but ${lossWeights.length} loss weights`;
  }
  const id = tokenIds.find((tokenId) => !Number.isInteger(tokenId) || tokenId < 0 || tokenId > largestTokenId);
  if (id !== undefined) return `has the token id ${id}, wanted a whole number from 0 to ${largestTokenId}`;
  const weight = lossWeights.find((value) => !(value >= 0 && Number.isFinite(Math.fround(value))));
  return weight === undefined ? undefined : `has the loss weight ${weight}, wanted a finite number of 0 or more`;
}

function writeDatum(writer: ByteWriter, { tokenIds, lossWeights }: Datum): void {
  let idBytes = 0;
  for (const id of tokenIds) idBytes += varintBytes(id);
  const weightBytes = lossWeights.length * 4;
  const datumBytes = 1 + varintBytes(idBytes) + idBytes + 1 + varintBytes(weightBytes) + weightBytes;
  writer.reserve(varintBytes(datumBytes) + datumBytes);
  writer.varint(datumBytes);
  writer.varint(tokenIdsTag);
  writer.varint(idBytes);
  for (const id of tokenIds) writer.varint(id);
  writer.varint(lossWeightsTag);
  writer.varint(weightBytes);
  for (const weight of lossWeights) writer.float32(weight);
}
