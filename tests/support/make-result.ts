/** Makes a TaskResult out of the values of its metrics. */
import { summariseItems } from "../../sdk/src/evaluation/item-metrics.js";
import type { ItemRecord, TaskResult } from "../../sdk/src/evaluation/result.js";
import type { MetricKind } from "../../sdk/src/evaluation/task.js";

/** Values of each metric, one an item; `parts` replaces parts of the items by index. */
export function makeResult(
  values: Readonly<Record<string, readonly number[]>>,
  parts: Readonly<Record<number, Partial<ItemRecord>>> = {},
  metricKinds: Readonly<Record<string, MetricKind>> = {},
): TaskResult {
  const names = Object.keys(values);
  const items = (values[names[0] ?? ""] ?? []).map((_, index): ItemRecord => {
    const metrics = Object.fromEntries(names.map((name) => [name, values[name]?.[index] ?? Number.NaN]));
    const texts = { prompt: `prompt ${index}`, output: `output ${index}`, target: `target ${index}` };
    return {
      index,
      ...texts,
      metrics,
      weights: {},
      extractions: {},
      extracted: undefined,
      invalid: false,
      failure: undefined,
      cluster: undefined,
      truncated: false,
      ...parts[index],
    };
  });
  return {
    task: "task",
    rule: { name: "rule", version: "1" },
    model: { kind: "base" },
    weightsHash: "sha256:base",
    adapterHash: undefined,
    reused: 0,
    n: items.length,
    truncated: items.filter((item) => item.truncated).length,
    invalid: items.filter((item) => item.invalid).length,
    failed: items.filter((item) => item.failure !== undefined).length,
    metrics: summariseItems(
      { name: "task", metricKinds },
      items.filter((item) => item.failure === undefined),
    ),
    items,
    promptHash: "sha256:prompts",
    templateHash: "sha256:template",
    generation: { maxNewTokens: 64, picking: { kind: "greedy" }, stopTokenIds: [2], stopStrings: [] },
    seed: undefined,
    seconds: 1.5,
  };
}
