/**
 * midblock: fine-tune the middle of a language model, and prove that it forgot nothing.
 *
 *     import { Client, drift, jsonl, jsonRecord, lora, midBlock } from "midblock";
 *
 *     await using client = await Client.launch({ model: "smollm2-135m-instruct" });
 *     const run = await client.finetune({
 *       data: jsonl("train.jsonl"),
 *       layers: midBlock(),
 *       method: lora({ rank: 16 }),
 *       evaluate: [jsonRecord({ data: jsonl("test.jsonl") }), drift()],
 *     });
 *     const result = await run.result();
 *     await result.save("out/");
 */
export { Client } from "./client.js";
export type {
  ConnectOptions,
  EvaluationCacheOptions,
  LaunchOptions,
  LaunchProgress,
  LogLine,
  TlsTrust,
} from "./config/client-options.js";
export type { EvaluateOptions } from "./config/evaluate-options.js";
export type { FinetuneOptions, Replay } from "./config/finetune-options.js";
export type { GenerateOptions, SamplingOptions } from "./config/generate-options.js";
export type { PreparationOptions } from "./config/preparation-options.js";
export type { RetentionChoice } from "./config/retention-option.js";
export type { RetentionLimit, StopWhen } from "./config/stop-options.js";
export type { WatchOptions } from "./config/watch-options.js";
export type { ChatTemplate } from "./data/chat-template.js";
export { dataset } from "./data/combine/dataset-of.js";
export { type MixPart, mix } from "./data/combine/mix.js";
export type { Contamination, SharedItem } from "./data/contamination.js";
export type { TrainRule } from "./data/conversation/train-rule.js";
export type { DataModel } from "./data/data-model.js";
export type { DataSource, FaultyRow, SourceRow, UncheckedRow } from "./data/data-source.js";
export type { DataSummary, Duplicates } from "./data/data-summary.js";
export type { Dataset } from "./data/dataset.js";
export type { Datum, Message, Source, ToolCall } from "./data/datum.js";
export type { DatumList } from "./data/datum-list.js";
export type { ControlTokens } from "./data/encode.js";
export type { ExampleRow, MessageRow, ToolCallRow } from "./data/example-row.js";
export { type ExampleRows, examples } from "./data/examples.js";
export { type FileOptions, formatNames } from "./data/formats/by-name.js";
export type { ColumnOptions } from "./data/formats/columns.js";
export { type CsvOptions, csv, tsv } from "./data/formats/csv.js";
export { json } from "./data/formats/json.js";
export { jsonl } from "./data/formats/jsonl.js";
export { parquet } from "./data/formats/parquet.js";
export type { LengthBucket } from "./data/length-histogram.js";
export { readModelFolder } from "./data/model-folder.js";
export type { Omission } from "./data/omissions.js";
export type { PreparedDataset } from "./data/prepared-dataset.js";
export type { Preview } from "./data/preview.js";
export type { PreviewPiece, PreviewRow, TokenLabel } from "./data/preview-tokens.js";
export type { Tokenizer } from "./data/tokenizer.js";
export {
  BridgeError,
  CancelledError,
  DataError,
  EnvironmentError,
  type ErrorCode,
  EvaluationError,
  type Fault,
  LayerPlanError,
  MidblockError,
  ModelError,
  OptionsError,
  RunError,
  SidecarError,
  TokenizerError,
} from "./errors.js";
export type { EvaluationProgress } from "./evaluation/context.js";
export type { EvaluationOutcome } from "./evaluation/evaluate-tasks.js";
export type { Answer } from "./evaluation/generate-answers.js";
export type { ModelReference } from "./evaluation/inference.js";
export type {
  DriftResult,
  Interval,
  ItemRecord,
  MetricComparison,
  MetricSummary,
  PairedTest,
  TaskComparison,
  TaskResult,
  Verdict,
} from "./evaluation/result.js";
export { type Kept, keptOf } from "./evaluation/retention/kept.js";
export { type RetentionOptions, retention } from "./evaluation/retention/retention.js";
export type {
  Continuation,
  DriftTask,
  EvaluationTask,
  GenerationTask,
  ItemScore,
  Likelihood,
  LikelihoodTask,
  MetricKind,
  Rule,
  TaskList,
} from "./evaluation/task.js";
export { type DriftOptions, drift } from "./evaluation/tasks/drift.js";
export { type AnswerRow, type GenerationOptions, generation } from "./evaluation/tasks/generation/generation.js";
export {
  type AnswerRule,
  type ExactOptions,
  exact,
  jsonSchema,
  numeric,
  pattern,
} from "./evaluation/tasks/generation/rules.js";
export { type Gsm8kItem, type Gsm8kOptions, gsm8k } from "./evaluation/tasks/gsm8k/gsm8k.js";
export { type IfevalItem, type IfevalOptions, ifeval } from "./evaluation/tasks/ifeval/ifeval.js";
export { type JsonRecordOptions, jsonRecord } from "./evaluation/tasks/json-record.js";
export { type ChoiceRow, type MultipleChoiceOptions, multipleChoice } from "./evaluation/tasks/multiple-choice.js";
export { type PerplexityOptions, perplexity, type TextRow } from "./evaluation/tasks/perplexity.js";
export type { CheckpointOutcome, FigureChoice } from "./evaluation/watched-figure.js";
export type { WatchedRetention, WatchedRun, WatchedStep } from "./evaluation/watched-run.js";
export type { FinetuneResult } from "./finetune/finetune-result.js";
export type { FinetuneRun } from "./finetune/finetune-run.js";
export type { EvaluationEvent, EvaluationPhase, RetentionBelowEvent, RunEvent } from "./finetune/run-event.js";
export type { BlockPlan, LayerPlan } from "./layers/layer-plan.js";
export { gradualUnfreezing, type LayerSchedule, sampledBlocks } from "./layers/layer-schedule.js";
export type { BlockLinear, ModelCard, ParameterCounts, SpecialTokens } from "./layers/model-card.js";
export {
  allBlocks,
  type BlockScores,
  blocks,
  byScore,
  firstBlocks,
  type LayerStrategy,
  lastBlocks,
  midBlock,
  type PublishedMask,
  publishedMask,
  segments,
} from "./layers/strategies.js";
export { packageVersion } from "./package-manifest.js";
export { describeDataSummary } from "./report/describe-data.js";
export { describePreflight } from "./report/describe-preflight.js";
export { Evaluation } from "./report/evaluation.js";
export type { ReportArtifact, ReportOrigin, ReportReplay, RunReport } from "./report/run-report.js";
export type { Runs } from "./runs/runs.js";
export { interruptSignal } from "./terminal/interrupt-signal.js";
export { type TerminalProgress, type TerminalProgressOptions, terminalProgress } from "./terminal/terminal-progress.js";
export { fullWeights, type LoraOptions, type LoraTargets, lora, type MethodChoice } from "./training/methods.js";
export type { PackingFigures } from "./training/packing.js";
export type { PlanComparison, PlanCost } from "./training/plan-cost.js";
export type { MemoryParts } from "./training/preflight.js";
export type { PreflightAdvice } from "./training/preflight-advice.js";
export type { Preflight } from "./training/preflight-result.js";
export type { Checkpoint, RunFailure, RunState, TrainingEvent } from "./training/run-event.js";
export type { RunRecord } from "./training/run-record.js";
export type { ServerFacts, ServerLimits } from "./transport/bridge.js";
