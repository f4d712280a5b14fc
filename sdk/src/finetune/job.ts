/** A finetune with everything decided: what the background work is given. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { Preflight } from "../training/preflight-result.js";
import type { RunSpecification } from "../training/run-specification.js";
import type { FinetuneContext } from "./start-finetune.js";
import type { TrainingData } from "./training-data.js";

/** Plain values and the connection; of it, only what is known of the data may still grow. */
export interface FinetuneJob extends FinetuneContext {
  readonly settings: FinetuneSettings;
  readonly data: TrainingData;
  /** Resolves when all data is prepared and the run has it. */
  readonly fed: Promise<void>;
  /** Undefined where nothing was tried. */
  readonly preflight: Preflight | undefined;
  readonly specification: RunSpecification;
  /** The sidecar's key of the run: the user's and a digest of the specification. */
  readonly key: string;
}
