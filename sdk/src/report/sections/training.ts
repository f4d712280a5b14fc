/** What was trained, how the loss went, and what it cost. */
import { bandPicture } from "../charts/band-picture.js";
import { stepCurve } from "../charts/step-curve.js";
import { trainingCost } from "../cost.js";
import { type Markup, type MarkupValue, markup } from "../markup.js";
import { byteSize, count, duration, percent, significant } from "../numbers.js";
import type { RunReport } from "../run-report.js";
import { planWords } from "../words.js";
import { dataTable, factTable } from "./tables.js";

/** The layer plan as a picture. */
export function bandSection(report: RunReport): Markup {
  const trainedShare = report.trainableParameters / report.totalParameters;
  return markup`<section><h2>What was trained</h2>
<p>${planWords(report)}: ${count(report.trainableParameters)} of ${count(report.totalParameters)} parameters, ${percent(trainedShare)}. ${report.layerPlan.why}</p>
<figure>${bandPicture(report.layerPlan)}</figure></section>`;
}

/** Loss and learning rate over the steps. */
export function curvesSection({ steps }: RunReport): Markup {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return markup``;
  const shared = { firstStep: first.step };
  const losses = steps.map((step) => step.loss);
  const rates = steps.map((step) => step.learningRate);
  return markup`<section><h2>Training</h2>
<p>Loss went from ${significant(first.loss)} to ${significant(last.loss)} nats per trained token in ${steps.length} steps.</p>
${stepCurve({ ...shared, title: "Loss, nats per trained token", values: losses, height: 180, smooth: true })}
${stepCurve({ ...shared, title: "Learning rate", values: rates, height: 64, smooth: false })}
<details><summary>Loss by step as a table</summary>${dataTable(
    "Each step before its update",
    ["Step", "Loss", "Learning rate", "Gradient norm", "Trained tokens"],
    steps.map((step) => [
      count(step.step),
      significant(step.loss),
      significant(step.learningRate),
      significant(step.gradientNorm),
      count(step.trainedTokens),
    ]),
  )}</details></section>`;
}

/** Speed, memory and time. */
export function costSection(report: RunReport): Markup {
  const cost = trainingCost(report.steps);
  const rows: (readonly [string, MarkupValue])[] = cost
    ? [
        ["Training speed", `${count(cost.tokensPerSecond)} tokens/s`],
        ["Tokens", `${count(cost.tokens)} read, ${count(cost.trainedTokens)} of them trained`],
        ["Steps", count(cost.steps)],
        ["Peak memory", byteSize(cost.peakMemoryBytes)],
      ]
    : [];
  const times = Object.entries(report.timings).map(([part, seconds]) => [`Time, ${part}`, duration(seconds)] as const);
  return markup`<section><h2>Cost</h2>${factTable([...rows, ...times])}</section>`;
}
