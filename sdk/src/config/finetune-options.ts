/** The options of a fine-tuning: what a user may say, and the same with every default filled in. */
import { randomUUID } from "node:crypto";
import type { TrainRule } from "../data/conversation/train-rule.js";
import type { DataSource } from "../data/data-source.js";
import type { ControlTokens } from "../data/encode.js";
import type { TooLong } from "../data/fit-length.js";
import type { NoTrainedTokens } from "../data/prepare.js";
import type { PreparedDataset } from "../data/prepared-dataset.js";
import { defaultTemplateDate } from "../data/template-date.js";
import type { EvaluationTask, TaskList } from "../evaluation/task.js";
import type { LayerSchedule } from "../layers/layer-schedule.js";
import { type LayerStrategy, midBlock } from "../layers/strategies.js";
import type { StepSize } from "../training/batch-plan.js";
import { lora, type MethodChoice } from "../training/methods.js";
import type { OptimizerInputs } from "../training/optimizer.js";
import type { ComputeSettings } from "../training/run-specification.js";
import { type ComputeOptions, computeSettings } from "./compute-options.js";
import { finetuneSchema } from "./finetune-schema.js";
import { type OptimizerOptions, optimizerInputs } from "./optimizer-options.js";
import type { RowPolicies } from "./preparation-options.js";
import { readOptions } from "./read-options.js";
import { type RetentionChoice, withRetention } from "./retention-option.js";
import type { StopWhen } from "./stop-options.js";
import { type WatchOptions, type WatchSettings, watchSettings } from "./watch-options.js";

/** What `client.finetune` takes. Only `data` must be given. */
export interface FinetuneOptions extends RowPolicies, OptimizerOptions, ComputeOptions {
  /**
   * Examples to learn from: jsonl(...), examples([...]), a source of your own, or what `data.prepare(client.model)` gave;
   * how its rows became tokens was then decided when it was prepared.
   */
  readonly data: DataSource | PreparedDataset;
  /**
   * General data that is mixed in so that less is forgotten: this share, above 0 and below 1, of an epoch's examples, or
   * of its tokens with batchTokens. It stands at random places; an epoch is still one of `data`. Its rows are drawn without
   * repetition until all were drawn, and prepared as those of `data` are. Default none; not with trainWhilePreparing.
   */
  readonly replay?: Replay;
  /** Which blocks are trained; default midBlock(), 20 % to 80 % of the depth. */
  readonly layers?: LayerStrategy;
  /** When which of these blocks learn: sampledBlocks(...) or gradualUnfreezing(...); default all of them, always. */
  readonly layerSchedule?: LayerSchedule;
  /** How they are trained; default lora(). */
  readonly method?: MethodChoice;
  /** Times each example is seen; default 1, or as many as maxSteps needs. */
  readonly epochs?: number;
  /** Most optimiser steps; default as many as the epochs have. */
  readonly maxSteps?: number;
  /** Examples in an optimiser step; default 8. LoRA does worse with large batches ("LoRA Without Regret", 2025). */
  readonly batchSize?: number;
  /**
   * Most tokens in an optimiser step, in place of batchSize. Micro-batches are then filled with examples from all over
   * the shuffle, mostly to more than 97 %.
   */
  readonly batchTokens?: number;
  /** Puts examples of about the same length into a step or micro-batch, at random places; default false. */
  readonly groupByLength?: boolean;
  /**
   * Most tokens that go through the model at once; default 1536. Examples of a step are packed into as few micro-batches
   * under it, of about the same size, without padding; a longer example goes alone. It sets memory and speed, never the
   * result: 1536 fills a CPU's matrix units; a large GPU takes more.
   */
  readonly maxMicroBatchTokens?: number;
  /** Trains the norms inside the planned blocks as well; full weights have them in any case; default false. */
  readonly trainNorms?: boolean;
  /**
   * Holds the model to its base: this many times the mean KL divergence from base to tuned, in nats per token, over the
   * tokens that are context, is added to the loss; default 0, none. Costs a second forward pass.
   */
  readonly baseDivergenceWeight?: number;
  /**
   * Fails the run, before the update, at a step whose loss is above this many times the mean of the ten steps before
   * it, 1 or more; 0 for no limit; default 10. A loss of 1 nat per token or less is never too much; one that is not finite
   * always is.
   */
  readonly maxLossGrowth?: number;
  /** Completes the run at the first step boundary after so many seconds of training; default no limit. */
  readonly maxSeconds?: number;
  /**
   * Starts training as soon as the first part of the data is prepared, 4,096 examples or 2^20 tokens, and prepares the
   * rest while it trains, in memory that does not grow with the tokens; default false. It needs `maxSteps`, without
   * epochs. The price: faults in later rows are found when training has begun. The run is then cancelled, and `result`
   * rejects with all faults. The source is read to its end in any case, so that all is told of it. In the first epoch
   * each part is shuffled by itself.
   */
  readonly trainWhilePreparing?: boolean;
  /** Seeds the order of examples, adapters and dropout; default 0. */
  readonly seed?: number;
  /** A checkpoint each so many steps, 0 for only at the end; default 50, or watch.everySteps, of which it is a part. */
  readonly checkpointEverySteps?: number;
  /** Newest checkpoints that are kept; default 2. With `watch` the best one stays as well. */
  readonly keepCheckpoints?: number;
  /** Tasks run before and after, beside those of `retention`; default none. */
  readonly evaluate?: TaskList;
  /**
   * Measures before and after what the model keeps of what it knew, by the tasks of `retention()`; default true. They come
   * after those of `evaluate`, and one that is listed there is not measured twice. false leaves them out.
   */
  readonly retention?: RetentionChoice;
  /**
   * Measures checkpoints while training goes on, keeps the best, and with `patience` ends a run that gains no more;
   * default none. Training is not paused: evaluations and steps take turns on the device.
   */
  readonly watch?: WatchOptions;
  /** Ends the run, while it trains, at a checkpoint that kept too little of what the base knew; default never. */
  readonly stopWhen?: StopWhen;
  /**
   * Tries the largest step and the longest evaluation prompt before anything starts, a matter of seconds, and refuses a run
   * that does not fit into memory; default true. What a run like it needed on this model and device is known from then on
   * and set against the memory there is. Left out where a run of the same key is there already, and with
   * trainWhilePreparing, whose largest step is not known.
   */
  readonly preflight?: boolean;
  /** Makes starting idempotent: the same key never starts a second run; 1 to 200 characters, default random. */
  readonly key?: string;
  /** A name for people, up to 200 characters. */
  readonly name?: string;
  /** Cancels the call and the run. */
  readonly signal?: AbortSignal | undefined;
}

/** See `FinetuneOptions.replay`. */
export interface Replay {
  readonly data: DataSource | PreparedDataset;
  readonly share: number;
}

/** Options with every default filled in; plain JSON apart from data, a function given as train, tasks and signal. */
export interface FinetuneSettings {
  readonly data: DataSource | PreparedDataset;
  readonly replay: Replay | undefined;
  readonly layers: LayerStrategy;
  readonly layerSchedule: LayerSchedule | undefined;
  readonly method: MethodChoice;
  /** Undefined: as many as maxSteps needs. */
  readonly epochs: number | undefined;
  readonly maxSteps: number | undefined;
  readonly stepSize: StepSize;
  readonly groupByLength: boolean;
  readonly maxMicroBatchTokens: number;
  readonly optimizer: OptimizerInputs;
  readonly trainNorms: boolean;
  readonly baseDivergenceWeight: number;
  readonly maxLossGrowth: number;
  readonly maxSeconds: number;
  readonly trainWhilePreparing: boolean;
  readonly compute: ComputeSettings;
  readonly seed: number;
  readonly train: TrainRule;
  /** Undefined: text in messages, a fault elsewhere. */
  readonly controlTokens: ControlTokens | undefined;
  /** "YYYY-MM-DD". */
  readonly date: string;
  /** Undefined: the model's context length. */
  readonly maxTokens: number | undefined;
  readonly tooLong: TooLong;
  readonly noTrainedTokens: NoTrainedTokens;
  readonly checkpointEverySteps: number;
  readonly keepCheckpoints: number;
  /** Those of `retention` included. */
  readonly evaluate: readonly EvaluationTask[];
  /** Where checkpoints are measured, for `watch` or for `stopWhen`. */
  readonly watch: WatchSettings | undefined;
  readonly preflight: boolean;
  readonly key: string;
  /** Whether the key is the user's own, so that a run of it may be there already. */
  readonly keyGiven: boolean;
  readonly name: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Checks the options and fills every default. Throws OptionsError with all faults, each with path, found and wanted. */
export function readFinetuneOptions(input: unknown): FinetuneSettings {
  const options = readOptions(finetuneSchema, input, "client.finetune");
  const method = options.method ?? lora();
  const evaluate = withRetention(options.evaluate ?? [], options.retention);
  const watch = watchSettings(options, evaluate);
  return {
    data: options.data,
    replay: options.replay,
    layers: options.layers ?? midBlock(),
    layerSchedule: options.layerSchedule,
    method,
    epochs: options.epochs ?? (options.maxSteps === undefined ? 1 : undefined),
    maxSteps: options.maxSteps,
    stepSize:
      options.batchTokens === undefined ? { examples: options.batchSize ?? 8 } : { tokens: options.batchTokens },
    groupByLength: options.groupByLength ?? false,
    maxMicroBatchTokens: options.maxMicroBatchTokens ?? 1536,
    optimizer: optimizerInputs(options, method),
    trainNorms: options.trainNorms ?? false,
    baseDivergenceWeight: options.baseDivergenceWeight ?? 0,
    maxLossGrowth: options.maxLossGrowth ?? 10,
    maxSeconds: options.maxSeconds ?? 0,
    trainWhilePreparing: options.trainWhilePreparing ?? false,
    compute: computeSettings(options),
    seed: options.seed ?? 0,
    train: options.train ?? "assistant",
    controlTokens: options.controlTokens,
    date: options.date ?? defaultTemplateDate,
    maxTokens: options.maxTokens,
    tooLong: options.tooLong ?? "error",
    noTrainedTokens: options.noTrainedTokens ?? "error",
    checkpointEverySteps: options.checkpointEverySteps ?? watch?.everySteps ?? 50,
    keepCheckpoints: options.keepCheckpoints ?? 2,
    evaluate,
    watch,
    preflight: options.preflight ?? true,
    key: options.key ?? randomUUID(),
    keyGiven: options.key !== undefined,
    name: options.name,
    signal: options.signal,
  };
}
