/** A preflight in words, for a terminal of 80 columns. */
import type { PlanCost } from "../training/plan-cost.js";
import type { Preflight } from "../training/preflight-result.js";
import { byteSize, count, duration, moment, significant, wattHours } from "./numbers.js";

const labelWidth = 24;

/** Whether the run fits, its memory by part, time, energy, cost beside the usual plans, and advice. No colour. */
export function describePreflight(preflight: Preflight): string {
  const { memory, costs } = preflight;
  const parts: readonly (readonly [string, number])[] = [
    ["weights and process", memory.weights],
    ["trained numbers", memory.trainable],
    ["gradients", memory.gradients],
    ["optimiser", memory.optimizer],
    ["activations", memory.activations],
    ["keys and values", memory.keyValueCache],
  ];
  return [
    verdict(preflight),
    ...(preflight.measuredUnixSeconds === undefined ? [] : [`Measured ${moment(preflight.measuredUnixSeconds)}.`]),
    "",
    ...parts.filter(([, bytes]) => bytes > 0).map(([name, bytes]) => row(name, byteSize(bytes))),
    row("peak in training", byteSize(preflight.trainingPeakBytes)),
    ...(preflight.generationPeakBytes > 0 ? [row("peak in generation", byteSize(preflight.generationPeakBytes))] : []),
    "",
    ...timeLines(preflight),
    row("", `${"parameters".padStart(13)}${"state".padStart(10)}${"operations".padStart(12)}`),
    costRow("this plan", costs.plan),
    ...(costs.uniformLora === undefined ? [] : [costRow("uniform LoRA, same ranks", costs.uniformLora)]),
    costRow("all weights", costs.fullTuning),
    ...adviceLines(preflight),
  ]
    .join("\n")
    .replaceAll("\u00a0", " ");
}

function verdict({ fits, peakBytes, availableBytes, microBatchTokens }: Preflight): string {
  const room = availableBytes > 0 ? ` of ${byteSize(availableBytes)}` : "";
  const tried = `largest micro-batch: ${count(microBatchTokens)} tokens`;
  return fits ? `It fits: ${byteSize(peakBytes)}${room}; ${tried}.` : `It does not fit in memory${room}; ${tried}.`;
}

function timeLines({ fits, steps, secondsPerStep, trainingSeconds, trainingJoules }: Preflight): string[] {
  if (!fits) return [];
  const energy = trainingJoules === undefined ? "" : `, about ${wattHours(trainingJoules)}`;
  const each = `${count(steps)} steps of ${duration(secondsPerStep)}`;
  return [row("training takes", `about ${duration(trainingSeconds)} (${each})${energy}`), ""];
}

function costRow(name: string, { trainableParameters, trainingStateBytes, flops }: PlanCost): string {
  const numbers = count(Math.round(trainableParameters)).padStart(13);
  return row(name, `${numbers}${byteSize(trainingStateBytes).padStart(10)}${significant(flops).padStart(12)}`);
}

function adviceLines({ advice }: Preflight): string[] {
  if (advice.length === 0) return [];
  return [
    "",
    "What would save memory, by estimate:",
    ...advice.map((one) => row(one.change, byteSize(one.savedBytes), 44)),
  ];
}

function row(name: string, value: string, width = labelWidth): string {
  return `  ${name.padEnd(width)} ${value}`;
}
