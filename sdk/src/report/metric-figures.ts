/** Writes the figures of metrics in their units: shares as per cent and points, nats and bits as numbers. */
import type { Interval, MetricSummary } from "../evaluation/result.js";
import type { MetricKind } from "../evaluation/task.js";
import { percent, percentRange, points, pointsRange, significant, significantRange } from "./numbers.js";

type Unit = MetricKind["unit"];

/** "91.7 %" or "2.31 nats". */
export function figure({ mean, kind }: MetricSummary): string {
  return valueWords(mean, kind.unit);
}

/** The same of a value alone; a plain number where the unit is not known. */
export function valueWords(value: number, unit: Unit | undefined): string {
  if (unit === "share") return percent(value);
  return unit === undefined ? significant(value) : `${significant(value)}\u00a0${unit}`;
}

/** "85.3 to 95.4 %" or "2.2 to 2.4 nats"; "not known" where there is no interval. */
export function figureRange({ interval95, kind }: MetricSummary): string {
  if (kind.unit === "share" || interval95 === undefined) return percentRange(interval95);
  return `${significantRange(interval95)}\u00a0${kind.unit}`;
}

/** A difference, always signed: "+91.7" points or "−0.12" nats. */
export function change(difference: number, unit: Unit): string {
  if (unit === "share") return points(difference);
  return difference > 0 ? `+${significant(difference)}` : significant(difference).replace("-", "−");
}

/** "+86.7 to +95.8". */
export function changeRange([low, high]: Interval, unit: Unit): string {
  return unit === "share" ? pointsRange([low, high]) : `${change(low, unit)} to ${change(high, unit)}`;
}

/** What a difference is counted in. */
export function changeUnit(unit: Unit): string {
  return unit === "share" ? "points" : unit;
}
