/** Turns the metrics of judged items into the metrics of a task. */
import { EvaluationError, type Fault } from "../errors.js";
import type { ItemRecord, MetricSummary } from "./result.js";
import { summariseMetric } from "./statistics/metric-summary.js";

/** One summary a metric, in the order of the first item. Throws an EvaluationError listing items with other metrics or values outside [0, 1]. */
export function summariseItems(
  task: string,
  records: readonly Pick<ItemRecord, "index" | "metrics">[],
): Record<string, MetricSummary> {
  const names = Object.keys(records[0]?.metrics ?? {});
  const faults = records.flatMap((record) => metricFaults(record, names));
  if (faults.length > 0 || names.length === 0) throw badMetrics(task, names, faults);
  const values = (name: string) => records.map((record) => record.metrics[name] ?? Number.NaN);
  return Object.fromEntries(names.map((name) => [name, summariseMetric(values(name))]));
}

function metricFaults({ index, metrics }: Pick<ItemRecord, "index" | "metrics">, names: readonly string[]): Fault[] {
  const where = `item ${index + 1}`;
  const found = Object.keys(metrics);
  if (found.join("\n") !== names.join("\n")) {
    return [{ where, problem: "has other metrics than item 1", found: found.join(", "), wanted: names.join(", ") }];
  }
  return Object.entries(metrics)
    .filter(([, value]) => !(value >= 0 && value <= 1))
    .map(([name, value]) => ({
      where,
      problem: `metric "${name}" is out of range`,
      found: `${value}`,
      wanted: "0 to 1",
    }));
}

function badMetrics(task: string, names: readonly string[], faults: readonly Fault[]): EvaluationError {
  return new EvaluationError({
    code: "evaluation-failed",
    what: `The rule of task "${task}" gives metrics that can't be averaged.`,
    found: names.length === 0 ? "no metric" : `${faults.length} fault(s)`,
    wanted: "the same metrics in the same order for every item, each from 0 to 1",
    faults,
  });
}
