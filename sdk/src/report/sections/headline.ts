/** Top of the page: what came out, in words. */
import { type Markup, markup } from "../markup.js";
import { count, duration, percent } from "../numbers.js";
import type { RunReport } from "../run-report.js";
import {
  detectableSentence,
  differenceSentence,
  driftSentences,
  headlineSentence,
  keptSentence,
  planWords,
} from "../words.js";

/** Title, the first task's result, drift, and what was run. */
export function headlineSection(report: RunReport): Markup {
  const [first] = report.comparisons;
  const kept = keptSentence(report.comparisons);
  const trainedShare = report.trainableParameters / report.totalParameters;
  return markup`<header>
<p class="kicker">midblock run report</p>
<h1>${report.title}</h1>
${
  first
    ? markup`<p class="headline">${headlineSentence(first)}</p>
<p class="lead">${differenceSentence(first)} ${detectableSentence(first)}</p>`
    : markup`<p class="headline">The run is finished; no task was evaluated.</p>`
}
${kept !== "" && markup`<p class="lead">${kept}</p>`}
${report.drift && markup`<p class="lead">${driftSentences(report.drift)}</p>`}
<dl class="facts">
<div><dt>Model</dt><dd>${report.model.name}</dd></div>
<div><dt>Trained</dt><dd>${planWords(report)}</dd></div>
<div><dt>Parameters</dt><dd>${count(report.trainableParameters)} of ${count(report.totalParameters)} (${percent(trainedShare)})</dd></div>
<div><dt>Time</dt><dd>${duration(totalSeconds(report))}</dd></div>
<div><dt>Device</dt><dd>${report.device.description}</dd></div>
<div><dt>Made</dt><dd><time datetime="${report.createdAt}">${report.createdAt.replace("T", " ").replace(/\..*$|Z$/, "")} UTC</time></dd></div>
</dl>
${report.warnings.length > 0 && markup`<aside class="warnings"><h2>Warnings</h2><ul>${report.warnings.map((warning) => markup`<li>${warning}</li>`)}</ul></aside>`}
</header>`;
}

function totalSeconds(report: RunReport): number {
  return Object.values(report.timings).reduce((sum, seconds) => sum + seconds, 0);
}
