/** The drift task: how far the tuned model moved from its base where it was not trained. */
import { OptionsError } from "../../errors.js";
import { neutralPrompts } from "../neutral-prompts.js";
import type { DriftTask } from "../task.js";

/** How drift is measured. */
export interface DriftOptions {
  /** Default: 48 neutral prompts written for this project (`neutralPrompts`). */
  readonly prompts?: readonly string[];
  /** Most new tokens of a base reply; default 32. */
  readonly maxNewTokens?: number;
}

/**
 * Mean KL(base || tuned) in nats per token, on the base model's own greedy replies to fixed prompts that have nothing to
 * do with the training: 0 where every next-token distribution stayed as it was. The mean is weighted by tokens, its 95 %
 * interval a bootstrap over prompts. The replies are generated once, before training. Also told is the share of reply
 * tokens that the tuned model would still have picked. The rule's version covers the prompts and the length given by default.
 */
export function drift({ prompts = neutralPrompts, maxNewTokens = 32 }: DriftOptions = {}): DriftTask {
  if (prompts.length < 2 || !Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new OptionsError({
      code: "invalid-options",
      what: "drift() was given options it can't use.",
      found: `${prompts.length} prompts, maxNewTokens ${maxNewTokens}`,
      wanted: "at least 2 prompts (48 or more for a usable interval) and a whole maxNewTokens of at least 1",
    });
  }
  return { kind: "drift", name: "drift", rule: { name: "kl-on-base-replies", version: "3" }, prompts, maxNewTokens };
}
