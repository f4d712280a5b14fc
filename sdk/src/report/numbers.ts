/** Writes figures for people, with no-break spaces inside a figure, so that no line breaks there. */
import type { Interval } from "../evaluation/result.js";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 134515008 as "134,515,008". */
export function count(value: number): string {
  return grouped.format(value);
}

/** A count with its noun: "1 item", "120 items". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A share of 1 as "91.7 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}

/** A range of shares as "85.3 to 95.4 %"; "not known" where there is none. */
export function percentRange(interval: Interval | undefined): string {
  return interval === undefined ? "not known" : `${(100 * interval[0]).toFixed(1)} to ${percent(interval[1])}`;
}

/** A difference of shares in points, always signed: "+91.7". */
export function points(difference: number): string {
  const text = (100 * difference).toFixed(1);
  if (Number(text) === 0) return "0.0";
  return difference > 0 ? `+${text}` : text.replace("-", "−");
}

/** A range of differences in points: "+86.7 to +95.8". */
export function pointsRange([low, high]: Interval): string {
  return `${points(low)} to ${points(high)}`;
}

/** Three significant digits without an exponent down to 0.0001, then as 1.23e-5. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(2);
}

/** A range with three significant digits: "0.261 to 0.321". */
export function significantRange([low, high]: Interval): string {
  return `${significant(low)} to ${significant(high)}`;
}

/** A p-value: "p < 0.001" or "p = 0.063". */
export function pValueText(pValue: number): string {
  return pValue < 0.001 ? "p\u00a0<\u00a00.001" : `p\u00a0=\u00a0${pValue.toFixed(3)}`;
}

/** Seconds since 1970 as "2026-11-03 04:05 UTC". */
export function moment(unixSeconds: number): string {
  const text = new Date(1000 * unixSeconds).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`.replaceAll(" ", "\u00a0");
}

/** "48 s", "4 min 50 s", "2 h 5 min"; below ten seconds with one decimal. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}\u00a0min\u00a0${whole % 60}\u00a0s`
    : `${Math.floor(whole / 3600)}\u00a0h\u00a0${Math.floor((whole % 3600) / 60)}\u00a0min`;
}

const byteUnits = ["bytes", "kB", "MB", "GB", "TB"];

/** Decimal units: "3.1 GB", "812 bytes". */
export function byteSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)}\u00a0${byteUnits[power]}`;
}

/** Joules as watt-hours: "0.42 Wh". */
export function wattHours(joules: number): string {
  return `${significant(joules / 3600)}\u00a0Wh`;
}
