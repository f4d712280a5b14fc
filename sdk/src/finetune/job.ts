/** A finetune with everything decided: what the background work is given. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { PreparedData } from "../data/prepare.js";
import type { RunSpecification } from "../training/run-specification.js";
import type { FinetuneContext } from "./start-finetune.js";

/** Plain values and the connection; nothing in it changes any more. */
export interface FinetuneJob extends FinetuneContext {
  readonly settings: FinetuneSettings;
  readonly prepared: PreparedData;
  readonly specification: RunSpecification;
  /** The sidecar's key of the run: the user's and a digest of the specification. */
  readonly key: string;
}
