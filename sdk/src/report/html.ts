/** The report as one HTML file that opens offline, in light and dark, on a phone and on paper. */
import { markup } from "./markup.js";
import { pageStyle } from "./page-style.js";
import type { RunReport } from "./run-report.js";
import { dataSection } from "./sections/data.js";
import { forgettingSection } from "./sections/forgetting.js";
import { headlineSection } from "./sections/headline.js";
import { loadingSection } from "./sections/loading.js";
import { resultsSection } from "./sections/results.js";
import { samplesSection } from "./sections/samples.js";
import { filesSection, settingsSection } from "./sections/settings.js";
import { bandSection, costSection, curvesSection } from "./sections/training.js";

/**
 * Renders the whole page. It has no script, asks nothing of the network, and forbids both by its content security
 * policy; whatever a model or a data file says is shown as text.
 */
export function renderHtml(report: RunReport): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${report.title}: midblock run report</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${headlineSection(report)}
${resultsSection(report.comparisons)}
${forgettingSection(report)}
${bandSection(report)}
${curvesSection(report)}
${samplesSection(report.comparisons)}
${costSection(report)}
${dataSection(report)}
${loadingSection(report)}
${settingsSection(report)}
${filesSection(report)}
</main>
</body>
</html>
`.toString();
}
