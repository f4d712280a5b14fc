/** How to use what was trained from Python. */
import { loadingCode } from "../loading-code.js";
import { type Markup, markup } from "../markup.js";
import type { RunReport } from "../run-report.js";
import { quantizationSentence } from "../words.js";

/** Code for transformers and PEFT, or for a delta of full weights. */
export function loadingSection(report: RunReport): Markup {
  const lora = report.method.kind === "lora";
  return markup`<section><h2>Load it in Python</h2>
<p>${lora ? "The adapter is in PEFT's own format." : "The delta holds only the tensors that training changed."} It belongs to the base model whose weights hash stands under “Identity”, and to that model's chat template. ${quantizationSentence(report)} Run this in the folder of this page.</p>
<pre class="code">${loadingCode(report, report.model.loadableFrom)}</pre></section>`;
}
