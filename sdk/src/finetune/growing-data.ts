/** Data that is prepared, planned and uploaded part by part while the run trains. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { type Contamination, findContamination } from "../data/contamination.js";
import type { DataSource } from "../data/data-source.js";
import type { DataSummary } from "../data/data-summary.js";
import { type PartSize, Preparation } from "../data/prepare.js";
import { type PreparationSettings, preparationSettings } from "../data/prepared-dataset.js";
import { GrowingPlan } from "../training/growing-plan.js";
import type { PackingFigures } from "../training/packing.js";
import { allTasks } from "./all-tasks.js";
import type { FinetuneContext } from "./start-finetune.js";
import type { BegunData, DataPart, TrainingData } from "./training-data.js";

/**
 * Large enough for a good shuffle and for minutes of training at 135 M parameters on a CPU, small enough to be there after
 * seconds and to be held in some 10 MB.
 */
export const partSize: PartSize = { examples: 4096, tokens: 2 ** 20 };

/** What the settings of such a finetune are sure to have. */
export interface GrowingDataInputs {
  readonly source: DataSource;
  readonly maxSteps: number;
  readonly signal: AbortSignal;
}

/** Prepares the first part; the rest is read as it is asked for. Throws what preparing and uploading throw. */
export async function growingData(
  context: FinetuneContext,
  settings: FinetuneSettings,
  inputs: GrowingDataInputs,
): Promise<BegunData> {
  const data = new GrowingData(context, settings, inputs);
  const parts = data.parts();
  const first = await parts.next();
  // Where no example is left, preparing has thrown.
  if (first.done) throw new RangeError("growingData: the data ended before its first part");
  return { data, first: first.value, stepsTotal: inputs.maxSteps, rest: parts, planned: undefined };
}

class GrowingData implements TrainingData {
  readonly name: string;
  readonly settings: PreparationSettings;
  readonly replay = undefined;
  readonly #context: FinetuneContext;
  readonly #chosen: FinetuneSettings;
  readonly #signal: AbortSignal;
  readonly #preparation: Preparation;
  readonly #plan: GrowingPlan;
  #contamination: readonly Contamination[] = [];

  constructor(context: FinetuneContext, chosen: FinetuneSettings, { source, maxSteps, signal }: GrowingDataInputs) {
    this.name = source.name;
    this.settings = preparationSettings(context, chosen);
    this.#context = context;
    this.#chosen = chosen;
    this.#signal = signal;
    const template = context.template.on(this.settings.date);
    this.#preparation = new Preparation(source, { ...this.settings, tokenizer: context.tokenizer, template, signal });
    this.#plan = new GrowingPlan({ ...chosen, maxSteps });
  }

  get summary(): DataSummary {
    return { ...this.#preparation.summary, contamination: this.#contamination };
  }

  get packing(): PackingFigures {
    return this.#plan.packing;
  }

  get contentHash(): string {
    return this.#preparation.contentHash;
  }

  /** Parts that have steps, and last what is left, once the source is read to its end. */
  async *parts(): AsyncGenerator<DataPart, void, undefined> {
    let datasetHashes: string[] = [];
    for await (const examples of this.#preparation.parts(partSize)) {
      // What no step needs is read for its faults and figures alone.
      if (this.#plan.isComplete) continue;
      const dataset = await this.#context.bridge.uploadDataset(examples, this.#signal);
      datasetHashes.push(dataset.contentHash);
      const steps = this.#plan.addPart(examples.lengths);
      if (steps.length === 0) continue;
      yield { datasetHashes, steps, notes: undefined };
      datasetHashes = [];
    }
    this.#contamination = await findContamination(allTasks(this.#chosen), this.#preparation.rows, this.#signal);
    const steps = this.#plan.finish();
    yield { datasetHashes, steps, notes: { summary: this.summary, packing: this.packing, replay: undefined } };
  }
}
