/** The model card in the hub's format: metadata that the hub reads, then text that people read. */
import { hubDatasetId, hubModelId } from "./hub-names.js";
import { loadingCode } from "./loading-code.js";
import { dataPart, forgettingPart, headlineParagraphs, identityPart, planPart, resultsPart } from "./markdown-parts.js";
import { bullets, paragraphs, plain, wellFormed } from "./markdown-text.js";
import type { RunReport } from "./run-report.js";
import {
  driftSentences,
  headlineMetric,
  headlineSentence,
  keptSentence,
  planWords,
  quantizationSentence,
} from "./words.js";

/** Stands in every card, so that a later one knows that it may replace it. */
export const modelCardMark = "<!-- written by midblock -->";

/**
 * README.md for the folder of the trained adapter or tensors: YAML metadata as the hub's model card specification has it
 * (github.com/huggingface/hub-docs, modelcard.md), what was trained, results with intervals, forgetting, how to load it, and
 * limits. The base model and the data set are named in the metadata only where their ids on the hub are known.
 */
export function renderModelCard(report: RunReport): string {
  const { model, method, comparisons } = report;
  const base = hubModelId(model.loadableFrom);
  const form = method.kind === "lora" ? "A LoRA adapter" : "The changed tensors";
  return `${paragraphs([
    frontMatter(report),
    modelCardMark,
    `# ${plain(report.title)}`,
    plain(`${form} for ${base ?? model.name}, trained with midblock. ${planWords(report)}.`),
    `## What was trained\n\n${planPart(report)}`,
    `## Data\n\n${dataPart(report.data)}`,
    `## Results\n\n${paragraphs([headlineParagraphs(comparisons), resultsPart(comparisons)])}`,
    `## Forgetting\n\n${forgetting(report)}`,
    `## How to load it\n\nRun this in the folder of this file.\n\n\`\`\`python\n${loadingCode(report, base)}\n\`\`\``,
    `## Limits\n\n${limits(report)}`,
    `## Identity\n\n${identityPart(report)}`,
  ])}\n`;
}

/** Every value is written as JSON, which YAML reads as it is. */
function frontMatter({ model, method, data }: RunReport): string {
  const base = hubModelId(model.loadableFrom);
  const dataset = hubDatasetId(data.name);
  const lora = method.kind === "lora";
  const entries: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ["base_model", base],
    ["base_model_relation", base && (lora ? "adapter" : "finetune")],
    ["library_name", lora ? "peft" : undefined],
    ["pipeline_tag", "text-generation"],
    ["tags", lora ? ["lora", "midblock"] : ["midblock"]],
    ...licenseEntries(model.license),
    ["datasets", dataset === undefined ? undefined : [dataset]],
  ];
  const lines = entries.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${yamlValue(value)}`]));
  return ["---", ...lines, "---"].join("\n");
}

/** The hub's names of licences are short words; any other text stands as the name of an "other" licence. */
function licenseEntries(license: string): (readonly [string, string])[] {
  if (license === "") return [];
  if (/^[a-z0-9][a-z0-9.-]*$/.test(license)) return [["license", license]];
  return [
    ["license", "other"],
    ["license_name", license],
  ];
}

function yamlValue(value: string | readonly string[]): string {
  const text = typeof value === "string" ? wellFormed(value) : value.map(wellFormed);
  // YAML's readers refuse these characters unescaped, JSON's writer leaves them.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function forgetting({ drift, comparisons }: RunReport): string {
  const worse = comparisons.filter(({ verdict }) => verdict === "worse").map(headlineSentence);
  const lost = worse.length === 0 ? ["No evaluated task got worse beyond noise."] : worse;
  const measured = drift ? driftSentences(drift) : "Drift from the base model was not measured.";
  return paragraphs([
    plain(keptSentence(comparisons)),
    plain(measured),
    comparisons.length === 0 ? "" : bullets(lost.map(plain)),
    forgettingPart({ comparisons, drift }),
  ]);
}

function limits(report: RunReport): string {
  const { comparisons, warnings, model } = report;
  const unseen = comparisons.filter(({ verdict }) => verdict === "no-difference-shown");
  const names = unseen.map((comparison) => `${comparison.task} (${headlineMetric(comparison)[0]})`);
  const licence = model.license === "" ? "is not stated; ask its authors" : `is ${model.license}`;
  return bullets(
    [
      "The figures hold for the evaluated items, prompts, rules and decoding; nothing else was measured.",
      ...(names.length === 0 ? [] : [`No difference could be told from noise for: ${names.join(", ")}.`]),
      "It has the biases and gaps of its base model and of the data it was trained on; neither was examined here.",
      "It belongs to the base model with the weights hash below, and to that model's chat template.",
      quantizationSentence(report),
      `The licence of the base model ${licence}.`,
      ...warnings,
    ]
      .filter((line) => line !== "")
      .map(plain),
  );
}
