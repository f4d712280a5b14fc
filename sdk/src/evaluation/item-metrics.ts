/** Turns the metrics of judged items into the metrics of a task. */
import { EvaluationError, type Fault } from "../errors.js";
import type { ItemRecord, MetricSummary } from "./result.js";
import type { Cluster } from "./statistics/clusters.js";
import { summariseMetric, type WeightedValues } from "./statistics/metric-summary.js";
import { type MetricKind, shareOfItems } from "./task.js";

type JudgedItem = Pick<ItemRecord, "index" | "metrics" | "weights" | "cluster">;

/** What the metrics of a task are summarised by. */
export interface MetricsOfTask {
  readonly name: string;
  readonly metricKinds?: Readonly<Record<string, MetricKind>> | undefined;
}

/**
 * One summary a metric over all judged items, in the order of the first. Throws an EvaluationError listing items with other metrics,
 * values their unit does not allow, or weights that are not above 0.
 */
export function summariseItems(task: MetricsOfTask, records: readonly JudgedItem[]): Record<string, MetricSummary> {
  const names = Object.keys(records[0]?.metrics ?? {});
  const kindOf = (name: string) => task.metricKinds?.[name] ?? shareOfItems;
  const faults = records.flatMap((record) => metricFaults(record, names, kindOf));
  if (faults.length > 0 || names.length === 0) throw badMetrics(task.name, names, faults);
  const clusters = clustersOf(records);
  return Object.fromEntries(
    names.map((name) => [name, summariseMetric(valuesOf(name, records), kindOf(name), clusters)]),
  );
}

/** The cluster of each item, one that names none being a cluster of its own; undefined where no item names one. */
export function clustersOf(records: readonly Pick<ItemRecord, "index" | "cluster">[]): readonly Cluster[] | undefined {
  if (records.every(({ cluster }) => cluster === undefined)) return undefined;
  return records.map(({ index, cluster }) => cluster ?? index);
}

/** A metric's value and weight of each item. */
export function valuesOf(metric: string, records: readonly Pick<ItemRecord, "metrics" | "weights">[]): WeightedValues {
  return {
    values: records.map(({ metrics }) => metrics[metric] ?? Number.NaN),
    weights: records.map(({ weights }) => weights[metric] ?? 1),
  };
}

function metricFaults(
  { index, metrics, weights }: JudgedItem,
  names: readonly string[],
  kindOf: (name: string) => MetricKind,
): Fault[] {
  const where = `item ${index + 1}`;
  const found = Object.keys(metrics);
  if (found.join("\n") !== names.join("\n")) {
    return [
      {
        where,
        problem: "has other metrics than the first judged item",
        found: found.join(", "),
        wanted: names.join(", "),
      },
    ];
  }
  const outside = Object.entries(metrics).flatMap(([name, value]): Fault[] => {
    const share = kindOf(name).unit === "share";
    if (value >= 0 && (share ? value <= 1 : Number.isFinite(value))) return [];
    const wanted = share ? "0 to 1" : "0 or more";
    return [{ where, problem: `metric "${name}" is out of range`, found: `${value}`, wanted }];
  });
  const weightless = Object.entries(weights).flatMap(([name, weight]): Fault[] =>
    weight > 0 && Number.isFinite(weight)
      ? []
      : [{ where, problem: `metric "${name}" has a weight it can't have`, found: `${weight}`, wanted: "above 0" }],
  );
  return [...outside, ...weightless];
}

function badMetrics(task: string, names: readonly string[], faults: readonly Fault[]): EvaluationError {
  return new EvaluationError({
    code: "evaluation-failed",
    what: `The rule of task "${task}" gives metrics that can't be averaged.`,
    found: names.length === 0 ? "no metric" : `${faults.length} fault(s)`,
    wanted: "the same metrics in the same order for every item, shares from 0 to 1, weights above 0",
    faults,
  });
}
