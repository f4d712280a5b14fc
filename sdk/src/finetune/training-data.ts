/** The data of a finetune as the run and the report are told it, whether it was prepared before training or beside it. */
import type { DataSummary } from "../data/data-summary.js";
import type { Datum } from "../data/datum.js";
import type { PreparationSettings } from "../data/prepared-dataset.js";
import type { Step } from "../training/batch-plan.js";
import type { PackingFigures } from "../training/packing.js";

/** General data that is mixed in. */
export interface ReplayData extends DataSummary {
  readonly name: string;
  /** Share that was asked for, of an epoch's examples, or of its tokens where steps are counted in tokens. */
  readonly share: number;
  /** How often one of its examples stands in the plan. */
  readonly uses: number;
  /** Of what all examples of the source say. */
  readonly sourceHash: string;
}

/** What is known of the data by now; final once `rest` of its `BegunData` has ended. */
export interface TrainingData {
  readonly name: string;
  readonly settings: PreparationSettings;
  readonly summary: DataSummary;
  readonly packing: PackingFigures;
  /** Undefined where nothing is mixed in. */
  readonly replay: ReplayData | undefined;
  /** Of what all examples of the source say. */
  readonly contentHash: string;
}

/** Data sets that are uploaded, and the steps that follow from them. */
export interface DataPart {
  readonly datasetHashes: readonly string[];
  readonly steps: readonly Step[];
  /** What the run's notes say of the data once it is all known; until then undefined. */
  readonly notes: Pick<TrainingData, "summary" | "packing" | "replay"> | undefined;
}

/** The rows of a plan, for its largest step to be tried. */
export interface PlannedRows {
  /** Tokens of each example. */
  readonly lengths: readonly number[];
  readonly at: (index: number) => Datum | undefined;
}

/** Data of which a run can begin. */
export interface BegunData {
  readonly data: TrainingData;
  readonly first: DataPart;
  readonly stepsTotal: number;
  /** What follows while it trains; undefined where the first part is all. */
  readonly rest: AsyncIterable<DataPart> | undefined;
  /** All rows; undefined where more follow. */
  readonly planned: PlannedRows | undefined;
}
