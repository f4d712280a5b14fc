/** Writes the files of a run's report into a folder. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { renderHtml } from "./html.js";
import { itemLines } from "./item-records.js";
import { renderManifest } from "./manifest.js";
import { modelCardMark, renderModelCard } from "./model-card.js";
import type { ReportArtifact, RunReport } from "./run-report.js";
import { writeFiles } from "./write-files.js";

/**
 * Writes report.html, items.jsonl, the model card and, last, manifest.json, which lists `artifacts` (files of the run that already stand
 * in the folder) and so vouches for the rest. The folder is made where it is missing; files of these names are
 * replaced. The card is README.md, but MODEL_CARD.md beside a README.md that is not a card of ours. Throws a MidblockError with code "report-failed".
 */
export async function saveReport(
  report: RunReport,
  folder: string,
  artifacts: readonly ReportArtifact[],
): Promise<void> {
  const complete = { ...report, artifacts };
  await writeFiles(folder, [
    ["items.jsonl", itemLines(complete)],
    ["report.html", [renderHtml(complete)]],
    [await cardName(folder), [renderModelCard(complete)]],
    ["manifest.json", [renderManifest(complete)]],
  ]);
}

/** A README.md of the user's own, as of a repository's root, must not be lost. */
async function cardName(folder: string): Promise<string> {
  try {
    const standing = await readFile(join(folder, "README.md"), "utf8");
    return standing.includes(modelCardMark) ? "README.md" : "MODEL_CARD.md";
  } catch (error) {
    const code = systemCode(error);
    return code === "ENOENT" || code === "ENOTDIR" ? "README.md" : "MODEL_CARD.md";
  }
}
