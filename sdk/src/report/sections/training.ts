/** What was trained, how the loss went, and what it cost. */

import type { WatchedRun } from "../../evaluation/watched-run.js";
import type { PlanComparison, PlanCost } from "../../training/plan-cost.js";
import { bandPicture } from "../charts/band-picture.js";
import { type StepCurve, stepCurve } from "../charts/step-curve.js";
import { trainingCost } from "../cost.js";
import { type Markup, type MarkupValue, markup } from "../markup.js";
import { valueWords } from "../metric-figures.js";
import { byteSize, count, duration, moment, percent, significant, wattHours } from "../numbers.js";
import { reusedSentence } from "../reused-words.js";
import type { RunReport } from "../run-report.js";
import { endWords, watchedWords } from "../watched-words.js";
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
export function curvesSection(report: RunReport): Markup {
  const { steps, watched } = report;
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return markup``;
  const shared = { firstStep: first.step };
  const losses = steps.map((step) => step.loss);
  const rates = steps.map((step) => step.learningRate);
  const divergences = steps.map((step) => step.baseDivergence);
  const away = divergences.some((divergence) => divergence > 0);
  return markup`<section><h2>Training</h2>
<p>Loss went from ${significant(first.loss)} to ${significant(last.loss)} nats per trained token in ${steps.length} steps. ${endWords(report)}</p>
${stepCurve({ ...shared, title: "Loss, nats per trained token", values: losses, height: 180, smooth: true, marks: watched && marksOf(watched) })}
${watched && watchedTable(watched)}
${away && stepCurve({ ...shared, title: "Divergence from the base, nats per context token", values: divergences, height: 64, smooth: false })}
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

function marksOf({ steps, best, figure, unit }: WatchedRun): NonNullable<StepCurve["marks"]> {
  return steps.map(({ step, value }) => ({
    step,
    label: `${figure} ${valueWords(value, unit)} at step ${step}`,
    stands: step === best.step,
  }));
}

function watchedTable(watched: WatchedRun): Markup {
  const { figure, unit, steps, best } = watched;
  const others = Object.keys(steps[0]?.figures ?? {}).filter((name) => name !== figure);
  return markup`<p>${watchedWords(watched)} Lines in the curve mark the checkpoints that were measured, the full one the best.</p>
<details><summary>Measured checkpoints as a table</summary>${dataTable(
    "Each checkpoint that was measured",
    ["Step", figure, ...others],
    steps.map(({ step, value, figures }) => [
      step === best.step ? markup`<strong>${count(step)}</strong>` : count(step),
      valueWords(value, unit),
      ...others.map((name) => significant(figures[name] ?? Number.NaN)),
    ]),
  )}</details>`;
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
        ...(cost.joules === undefined ? [] : [["Energy in training", wattHours(cost.joules)] as const]),
      ]
    : [];
  const times = Object.entries(report.timings).map(([part, seconds]) => [`Time, ${part}`, duration(seconds)] as const);
  const { preflight } = report;
  const reused = reusedSentence(report);
  const foreseen: (readonly [string, MarkupValue])[] = preflight
    ? [
        ["Peak memory foreseen", byteSize(preflight.peakBytes)],
        ...(preflight.measuredUnixSeconds === undefined
          ? []
          : [["Foreseen from a trial of", moment(preflight.measuredUnixSeconds)] as const]),
        ["Training time foreseen", duration(preflight.trainingSeconds)],
        ...(preflight.trainingJoules === undefined
          ? []
          : [["Energy foreseen", wattHours(preflight.trainingJoules)] as const]),
      ]
    : [];
  return markup`<section><h2>Cost</h2>${factTable([...rows, ...foreseen, ...times])}
${reused !== "" && markup`<p>${reused}</p>`}
${preflight && planTable(preflight.costs)}</section>`;
}

function planTable({ plan, uniformLora, fullTuning }: PlanComparison): Markup {
  const row = (name: string, cost: PlanCost) => [
    name,
    count(Math.round(cost.trainableParameters)),
    byteSize(cost.trainingStateBytes),
    significant(cost.flops),
  ];
  return dataTable(
    "This plan beside the usual ones, by arithmetic",
    ["Plan", "Parameters trained", "Training state", "Floating-point operations"],
    [
      row("this plan", plan),
      ...(uniformLora === undefined ? [] : [row("uniform LoRA, the same sum of ranks", uniformLora)]),
      row("all weights", fullTuning),
    ],
  );
}
