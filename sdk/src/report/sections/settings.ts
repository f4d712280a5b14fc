/** Settings, hashes, versions and files: all that is needed to do it again. */
import { evaluationIdentity } from "../evaluation-identity.js";
import { type Markup, type MarkupValue, markup } from "../markup.js";
import { byteSize } from "../numbers.js";
import type { JsonValue, RunReport } from "../run-report.js";
import { precisionWords } from "../words.js";
import { dataTable, factTable } from "./tables.js";

/** Every setting with its resolved value, and what it ran on. */
export function settingsSection(report: RunReport): Markup {
  const { method, optimizer, seed, settings } = report;
  const blocks = report.layerPlan.blocks.map(({ index, rank }) =>
    rank === undefined ? `${index}` : `${index}:${rank}`,
  );
  return markup`<section><h2>Settings</h2>
${factTable([...flatten("method", { ...method }), ...flatten("optimizer", { ...optimizer }), ["seed", `${seed}`], ...flatten("", settings), ["layerPlan.blocks", blocks.join(" ")]])}
<h3>Identity</h3>${factTable([
    ["Run", hash(report.runId)],
    ["Base model", `${report.model.name} (${report.model.architecture})`],
    ["Licence of the base", report.model.license || "not stated"],
    ["Weights of the base", hash(report.model.weightsHash)],
    ["Chat template", report.templateHash === undefined ? "none" : hash(report.templateHash)],
    ...evaluationIdentity(report).map(([name, value]): readonly [string, MarkupValue] => [name, hash(value)]),
  ])}
<h3>Versions and device</h3>${factTable([
    ["midblock", `SDK ${report.versions.sdk}, server ${report.versions.server}`],
    ...Object.entries(report.versions.packages),
    [
      "Device",
      `${report.device.description}, ${precisionWords(report)}, ${report.device.threads} threads, ${byteSize(report.device.memoryBytes)}`,
    ],
  ])}</section>`;
}

/** What the run left behind. */
export function filesSection({ artifacts }: RunReport): Markup {
  if (artifacts.length === 0) return markup``;
  const rows = artifacts.map(({ path, bytes, sha256 }) => [path, byteSize(bytes), hash(sha256)]);
  return markup`<section><h2>Files</h2>${dataTable("Beside this page", ["File", "Size", "SHA-256"], rows)}</section>`;
}

function hash(text: string): Markup {
  return markup`<code>${text}</code>`;
}

function flatten(path: string, value: JsonValue): [string, string][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(path === "" ? key : `${path}.${key}`, inner));
}
