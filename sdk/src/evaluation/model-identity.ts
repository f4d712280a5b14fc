/** Which weights are measured, by their content, and all else that decides what the model answers. */
import type { ModelCard } from "../layers/model-card.js";
import type { RunRecord } from "../training/run-record.js";
import type { ModelReference } from "./inference.js";
import { jsonHash } from "./json-hash.js";

/** A model under measurement. */
export interface ModelIdentity {
  /** What was asked for; of a run, with the step of its checkpoint. */
  readonly reference: ModelReference;
  /** Of the base: "sha256:" and hex. */
  readonly weightsHash: string;
  /** Of the adapter or the changed tensors; undefined for the base, and for a checkpoint that none was recorded of. */
  readonly adapterHash: string | undefined;
  /**
   * Hash of all that decides the answers to a request: weights, element type, device, and the versions of what computes.
   * Answers under the same hash are the same up to rounding. Undefined where the weights are not known by content.
   */
  readonly answersHash: string | undefined;
}

/** What computes the answers. */
export interface AnsweringServer {
  readonly protocolVersion: number;
  readonly serverVersion: string;
  readonly packageVersions: Readonly<Record<string, string>>;
  readonly device: { readonly name: string; readonly description: string; readonly dtype: string };
}

/** Where a run is looked up. */
export interface RunLookup {
  getRun(runId: string, signal?: AbortSignal): Promise<RunRecord>;
}

/**
 * Finds out which weights a reference means now. A checkpoint that is not there is left to the sidecar to refuse. Throws
 * what the look-up throws.
 */
export async function identifyModel(
  reference: ModelReference,
  { server, card, runs }: { readonly server: AnsweringServer; readonly card: ModelCard; readonly runs: RunLookup },
  signal?: AbortSignal,
): Promise<ModelIdentity> {
  const { weightsHash } = card;
  if (reference.kind === "base") {
    return { reference, weightsHash, adapterHash: undefined, answersHash: answersHash(server, card, null) };
  }
  const { runId, step } = reference;
  const { checkpoints } = await runs.getRun(runId, signal);
  const checkpoint = step === undefined ? checkpoints.at(-1) : checkpoints.find((one) => one.step === step);
  const adapterHash = checkpoint?.weightsHash;
  return {
    reference: checkpoint === undefined ? reference : { kind: "run", runId, step: checkpoint.step },
    weightsHash,
    adapterHash,
    answersHash: adapterHash && answersHash(server, card, adapterHash),
  };
}

function answersHash(server: AnsweringServer, card: ModelCard, adapterHash: string | null): string {
  const { protocolVersion, serverVersion, packageVersions, device } = server;
  const { torch, transformers } = packageVersions;
  return jsonHash({
    weights: [card.weightsHash, adapterHash],
    dtype: card.dtype,
    device: [device.name.replace(/:\d+$/, ""), device.description],
    versions: [protocolVersion, serverVersion, torch, transformers],
  });
}
