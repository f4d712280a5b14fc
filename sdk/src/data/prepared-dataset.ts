/** Data as it will be trained on, for a program to look at before any weight moves. */
import { type Contamination, findContamination, type HeldOutTask } from "./contamination.js";
import type { TrainRule } from "./conversation/train-rule.js";
import type { DataModel } from "./data-model.js";
import type { DataSource } from "./data-source.js";
import type { DataSummary } from "./data-summary.js";
import type { DatumList } from "./datum-list.js";
import type { ControlTokens } from "./encode.js";
import { type PreparedData, type PrepareOptions, prepareData } from "./prepare.js";
import { Preview } from "./preview.js";
import { defaultTemplateDate } from "./template-date.js";

/** What was decided when data was prepared. */
export interface PreparationSettings
  extends Required<Pick<PrepareOptions, "maxTokens" | "tooLong" | "noTrainedTokens">> {
  readonly train: TrainRule;
  /** Undefined: text in messages, a fault elsewhere. */
  readonly controlTokens: ControlTokens | undefined;
  /** The day that a chat template which writes the date is told is today: "YYYY-MM-DD". */
  readonly date: string;
}

/** What `data.prepare` gives: the examples as tokens, their figures, and a way to look at them. */
export class PreparedDataset {
  /** The source's name. */
  readonly name: string;
  readonly model: DataModel;
  readonly settings: PreparationSettings;
  /** What is trained on, in the order of the rows. */
  readonly datums: DatumList;
  /** "sha256:" and hex over what all examples of the source say, in their order. */
  readonly contentHash: string;
  readonly #prepared: PreparedData;
  readonly #contamination: readonly Contamination[];

  constructor(
    name: string,
    model: DataModel,
    settings: PreparationSettings,
    prepared: PreparedData,
    contamination: readonly Contamination[] = [],
  ) {
    this.name = name;
    this.model = model;
    this.settings = settings;
    this.datums = prepared.datums;
    this.contentHash = prepared.contentHash;
    this.#prepared = prepared;
    this.#contamination = contamination;
  }

  /**
   * The data in figures: rows, tokens, the share that is learnt, a histogram of lengths, what was left out or cut and
   * where, duplicates, and what it shares with evaluation tasks. `describeDataSummary` writes it for people.
   */
  summary(): DataSummary {
    return { ...this.#prepared.summary, contamination: this.#contamination };
  }

  /** The first `rows` examples token by token; console.log shows them in colour. */
  preview(rows = 3): Preview {
    return new Preview(this.datums.first(rows), this.model.tokenizer);
  }

  /** The same data, compared with these tasks, whose items are loaded for it. Throws what loading throws. */
  async comparedWith(tasks: readonly HeldOutTask[], signal?: AbortSignal): Promise<PreparedDataset> {
    const contamination = await findContamination(tasks, this.#prepared.rows, signal);
    return new PreparedDataset(this.name, this.model, this.settings, this.#prepared, contamination);
  }
}

/** What a caller may decide; left out are the defaults: assistants' turns, the model's context length, and errors. */
type Choices = { readonly [Setting in keyof PreparationSettings]?: PreparationSettings[Setting] | undefined };

/** Reads all rows of a source and turns them into tokens. No example gets longer than the model's context. Throws as `prepareData` does. */
export async function prepareDataset(
  source: DataSource,
  model: DataModel,
  choices: Choices,
  signal?: AbortSignal,
): Promise<PreparedDataset> {
  const { tokenizer, template } = model;
  const settings = preparationSettings(model, choices);
  const prepared = await prepareData(source, { ...settings, tokenizer, template: template.on(settings.date), signal });
  return new PreparedDataset(source.name, model, settings, prepared);
}

/** The choices with every default filled in. */
export function preparationSettings({ contextLength }: DataModel, choices: Choices): PreparationSettings {
  return {
    train: choices.train ?? "assistant",
    controlTokens: choices.controlTokens,
    date: choices.date ?? defaultTemplateDate,
    maxTokens: Math.min(choices.maxTokens ?? contextLength, contextLength),
    tooLong: choices.tooLong ?? "error",
    noTrainedTokens: choices.noTrainedTokens ?? "error",
  };
}
