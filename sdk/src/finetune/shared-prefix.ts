/** The evaluations of a run, before, during and after it, share what the blocks below its band make of their tokens. */
import type { Inference } from "../evaluation/inference.js";
import { lowestBlock } from "../layers/layer-plan.js";
import type { RunSpecification } from "../training/run-specification.js";

/**
 * The same inference, each of whose requests tells the sidecar what to keep for the next weights; itself where nothing is
 * below the band, or where `prefixCache.diskBytes` leaves no room. `owner` is the run's key.
 */
export function sharingPrefix(
  inference: Inference,
  { layerPlan, compute }: Pick<RunSpecification, "layerPlan" | "compute">,
  owner: string,
): Inference {
  const firstBlock = lowestBlock(layerPlan);
  const diskBytes = compute.prefixCacheDiskBytes;
  if (firstBlock === 0 || diskBytes === 0) return inference;
  const sharedPrefix = { firstBlock, diskBytes, owner };
  return {
    generate: (request, signal) => inference.generate({ ...request, sharedPrefix }, signal),
    score: (request, signal) => inference.score({ ...request, sharedPrefix }, signal),
  };
}
