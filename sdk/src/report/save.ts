/** Writes the report's files into a folder; each appears whole or not at all. */
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MidblockError } from "../errors.js";
import { renderHtml } from "./html.js";
import { itemLines } from "./item-records.js";
import { renderManifest } from "./manifest.js";
import { modelCardMark, renderModelCard } from "./model-card.js";
import type { ReportArtifact, RunReport } from "./run-report.js";

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
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(join(folder, "items.jsonl"), itemLines(complete));
    await writeWhole(join(folder, "report.html"), [renderHtml(complete)]);
    await writeWhole(join(folder, await cardName(folder)), [renderModelCard(complete)]);
    await writeWhole(join(folder, "manifest.json"), [renderManifest(complete)]);
  } catch (cause) {
    throw new MidblockError({
      code: "report-failed",
      what: `The report could not be written to ${folder}.`,
      found: cause instanceof Error ? cause.message : String(cause),
      nextStep: "Free space or choose a folder that can be written, and save again; the result is still in memory.",
      cause,
    });
  }
}

/** A README.md of the user's own, as of a repository's root, must not be lost. */
async function cardName(folder: string): Promise<string> {
  try {
    const standing = await readFile(join(folder, "README.md"), "utf8");
    return standing.includes(modelCardMark) ? "README.md" : "MODEL_CARD.md";
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT") return "README.md";
    throw error;
  }
}

/** Written aside, flushed to the disk, then renamed. */
async function writeWhole(path: string, pieces: Iterable<string>): Promise<void> {
  const aside = `${path}.${process.pid}.partial`;
  try {
    const file = await open(aside, "w");
    try {
      await writeFile(file, pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
