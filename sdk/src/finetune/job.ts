/** A finetune with everything decided: what the background work is given. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { PreparedDataset } from "../data/prepared-dataset.js";
import type { PackingFigures } from "../training/packing.js";
import type { RunSpecification } from "../training/run-specification.js";
import type { FinetuneContext } from "./start-finetune.js";

/** Plain values and the connection; nothing in it changes any more. */
export interface FinetuneJob extends FinetuneContext {
  readonly settings: FinetuneSettings;
  readonly prepared: PreparedDataset;
  readonly packing: PackingFigures;
  readonly specification: RunSpecification;
  /** The sidecar's key of the run: the user's and a digest of the specification. */
  readonly key: string;
}
