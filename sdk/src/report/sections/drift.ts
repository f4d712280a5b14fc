/** How far the model moved where it was not trained. */
import type { DriftResult } from "../../evaluation/result.js";
import { driftStrip } from "../charts/drift-strip.js";
import { type Markup, markup } from "../markup.js";
import { count, percent, significant } from "../numbers.js";
import { driftSentences } from "../words.js";
import { dataTable } from "./tables.js";

const shownPrompts = 5;

/** Sentences, a strip of all prompts, and the prompts that moved most; a part of the section on forgetting. */
export function driftPart(drift: DriftResult): Markup {
  const byMean = [...drift.items].sort((a, b) => b.klSum / b.tokens - a.klSum / a.tokens);
  return markup`<h3>Drift</h3>
<p>${driftSentences(drift)}</p>
<figure>${driftStrip(drift)}</figure>
<details><summary>The ${Math.min(shownPrompts, byMean.length)} prompts that moved most</summary>${dataTable(
    "Base model's own replies, by KL per token",
    ["Prompt and reply", "Nats per token", "Same token", "Tokens"],
    byMean
      .slice(0, shownPrompts)
      .map(({ prompt, reply, klSum, tokens, sameTokens }) => [
        markup`<pre>${prompt}</pre><pre class="reply">${reply}</pre>`,
        significant(klSum / tokens),
        percent(sameTokens / tokens),
        count(tokens),
      ]),
  )}</details>
<p class="note">KL(base ‖ tuned), averaged over the tokens of the base model's own greedy replies: 0 where the tuned model gives every next token the probability it had. It shows change, not whether the change is harm, and sees only what these prompts touch. The interval is a bootstrap over prompts.</p>`;
}
