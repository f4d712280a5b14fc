/** Checks a row whose tokens and weights are given as they are. */
import type { Fault } from "../../errors.js";
import type { Source } from "../datum.js";
import { placeOf } from "../place.js";
import { fault } from "./checks.js";
import type { ParsedRow } from "./parsed-row.js";
import type { UnknownRecord } from "./record.js";

/** Reads {tokenIds, lossWeights}. Whether the ids are in the model's vocabulary is seen when the data is prepared. */
export function parseTokens({ tokenIds, lossWeights }: UnknownRecord, source: Source): ParsedRow {
  const place = placeOf(source);
  const isId = (value: number) => Number.isSafeInteger(value) && value >= 0;
  const ids = numbers(tokenIds, isId, `${place} tokenIds`, "missing_token_ids", "whole numbers from 0 on");
  const isWeight = (value: number) => Number.isFinite(value) && value >= 0;
  const weights = numbers(lossWeights, isWeight, `${place} lossWeights`, "missing_loss_weights", "numbers from 0 on");
  if (!Array.isArray(ids) || !Array.isArray(weights)) {
    return { faults: [ids, weights].flatMap((one) => ("where" in one ? [one] : [])) };
  }
  if (ids.length !== weights.length) {
    const problem = "has another number of weights than there are tokens";
    const found = `${weights.length} weights`;
    const wanted = `${ids.length}, one for each token`;
    return { faults: [{ where: `${place} lossWeights`, problem, found, wanted, check: "loss_weights_length" }] };
  }
  return { example: { kind: "tokens", tokenIds: ids, lossWeights: weights, source } };
}

function numbers(
  value: unknown,
  holds: (value: number) => boolean,
  where: string,
  check: string,
  wanted: string,
): number[] | Fault {
  if (!Array.isArray(value) || value.length === 0) {
    return fault(where, check, "is no such list", value, `a list of ${wanted}`);
  }
  const wrong = value.findIndex((one: unknown) => typeof one !== "number" || !holds(one));
  if (wrong === -1) return value.map(Number);
  return fault(`${where}[${wrong}]`, check, "does not fit", value[wrong], wanted);
}
