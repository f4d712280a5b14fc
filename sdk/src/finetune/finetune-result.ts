/** What a finished finetune gives: the report as plain data, and files on request. */
import type { DriftResult, TaskComparison } from "../evaluation/result.js";
import { type Kept, keptOf } from "../evaluation/retention/kept.js";
import { renderMarkdown } from "../report/markdown.js";
import { renderModelCard } from "../report/model-card.js";
import type { RunReport } from "../report/run-report.js";
import { saveReport } from "../report/save.js";
import { summarise } from "../report/summary.js";
import { saveArtifacts } from "../runs/save-artifacts.js";
import { saveMergedModel } from "../runs/save-merged-model.js";
import type { Bridge } from "../transport/bridge.js";

/** The result of a run. */
export class FinetuneResult {
  /** The sidecar's id of the training. */
  readonly runId: string;
  /** Everything that was asked, done and measured, as one plain value. */
  readonly report: RunReport;
  readonly #bridge: Bridge;
  readonly #checkpoint: { readonly step?: number };
  #savedTo: string | undefined;

  constructor(report: RunReport, bridge: Bridge) {
    this.runId = report.runId;
    this.report = report;
    this.#bridge = bridge;
    const step = report.watched?.resultStep;
    this.#checkpoint = step === undefined ? {} : { step };
  }

  /** Each generation task before and after, paired item by item. */
  get comparisons(): readonly TaskComparison[] {
    return this.report.comparisons;
  }

  /** How far the model moved outside its task; undefined where drift was not among the tasks. */
  get drift(): DriftResult | undefined {
    return this.report.drift;
  }

  /** What the model kept of what its base knew; undefined where retention was not measured. */
  get kept(): Kept | undefined {
    return keptOf(this.report.comparisons);
  }

  /** Step of the best checkpoint by the watched figure; undefined where none was watched. */
  get best(): number | undefined {
    return this.report.watched?.best.step;
  }

  /** The result for a terminal of 80 columns; once it is saved, with where the files are. Without colour unless asked. */
  summary({ colour = false }: { readonly colour?: boolean } = {}): string {
    return summarise(this.report, { colour, ...(this.#savedTo === undefined ? {} : { folder: this.#savedTo }) });
  }

  /** The result as Markdown: figures with intervals, drift, plan, cost, data, warnings and hashes. */
  toMarkdown(): string {
    return renderMarkdown(this.report);
  }

  /** The model card in the hub's format, as `save` writes it: YAML metadata, results, forgetting, how to load, limits. */
  modelCard(): string {
    return renderModelCard(this.report);
  }

  /**
   * Writes the adapter (or the changed tensors), manifest.json, report.html, the per-item records and the model card into
   * a folder, which is made where it is missing: of the best checkpoint where the run was watched and keeps it, of the last
   * that kept enough where the run was ended for keeping too little, else of the last. Files of the same names are replaced, but a README.md that is no card of midblock's is kept: the card is
   * then MODEL_CARD.md. The client must still be open.
   */
  async save(folder: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const artifacts = await saveArtifacts(this.#bridge, this.runId, folder, { ...options, ...this.#checkpoint });
    await saveReport(this.report, folder, artifacts);
    this.#savedTo = folder;
  }

  /**
   * Writes the whole model with what was trained in it, in the hub's layout, for anything that loads models from there.
   * Files of the same names are replaced. Throws OptionsError for the folder of an adapter: take one of its own, such as
   * "out/merged". The client must still be open.
   */
  async saveMerged(folder: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await saveMergedModel(this.#bridge, this.runId, folder, { ...options, ...this.#checkpoint });
  }
}
