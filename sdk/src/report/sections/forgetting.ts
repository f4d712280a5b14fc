/** What the model forgot, part by part. */
import { cellsOf, forgettingColumns, forgettingParts, type NotedFigure } from "../forgetting.js";
import { type Markup, markup } from "../markup.js";
import type { RunReport } from "../run-report.js";
import { keptSentence } from "../words.js";
import { driftPart } from "./drift.js";
import { dataTable } from "./tables.js";

/** The headline, a table of the parts, and drift prompt by prompt; empty where nothing of it was measured. */
export function forgettingSection({ comparisons, drift }: RunReport): Markup {
  const parts = forgettingParts(comparisons, drift);
  if (parts.length === 0) return markup``;
  const kept = keptSentence(comparisons);
  return markup`<section id="forgetting"><h2>Forgetting, by part</h2>
${kept !== "" && markup`<p><strong>${kept}</strong></p>`}
${dataTable(
  "In small letters: what is counted, and 95 % intervals",
  forgettingColumns,
  parts.map((part) => cellsOf(part).map(cell)),
)}
${kept !== "" && markup`<p class="note">What was kept is counted over knowledge and following: of the items that the base got right, those that the tuned model gets right as well. It can't see knowledge that nobody asked, or answers that became worse but still pass; of what the base guessed right some is lost by chance.</p>`}
${drift && driftPart(drift)}</section>`;
}

function cell([figure, note]: NotedFigure): Markup {
  return note === "" ? markup`${figure}` : markup`${figure}<br><span class="muted">${note}</span>`;
}
