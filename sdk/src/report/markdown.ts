/** The result as Markdown, for a pull request, an issue or a wiki. */
import {
  costPart,
  dataPart,
  forgettingPart,
  headlineParagraphs,
  identityPart,
  planPart,
  resultsPart,
} from "./markdown-parts.js";
import { bullets, paragraphs, plain } from "./markdown-text.js";
import type { RunReport } from "./run-report.js";
import { driftSentences, keptSentence } from "./words.js";

/**
 * What was gained and lost with intervals, drift, plan, cost, data, warnings and hashes, in GitHub's flavour of Markdown;
 * ends with a line break. Whatever a model or a data file says is shown as text.
 */
export function renderMarkdown(report: RunReport): string {
  const { title, comparisons, drift, warnings } = report;
  const section = (name: string, content: string) => (content === "" ? "" : `## ${name}\n\n${content}`);
  return `${paragraphs([
    `# ${plain(title)}`,
    headlineParagraphs(comparisons),
    plain(keptSentence(comparisons)),
    drift && plain(driftSentences(drift)),
    section("Warnings", bullets(warnings.map(plain))),
    section("Results", resultsPart(comparisons)),
    section("Forgetting, by part", forgettingPart(report)),
    section("What was trained", planPart(report)),
    section("Cost", costPart(report)),
    section("Data", dataPart(report.data)),
    section("Identity", identityPart(report)),
  ])}\n`;
}
