/** What the manifest of a run and that of an evaluation share. */
import type { DriftResult, TaskResult } from "../evaluation/result.js";
import type { ReportVersions } from "./run-report.js";

/** A result without its items. */
export function resultFigures({ items: _, ...figures }: TaskResult) {
  return figures;
}

/** A drift without its replies. */
export function driftFigures({ items: _, ...figures }: DriftResult) {
  return figures;
}

/** Packages by name, so that manifests can be compared line by line. */
export function sortedVersions({ sdk, server, packages }: ReportVersions): ReportVersions {
  const sorted = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  return { sdk, server, packages: Object.fromEntries(sorted) };
}

/** JSON in the order of the keys; what is not known is null, never left out. */
export function manifestText(manifest: object): string {
  return `${JSON.stringify(manifest, unknownAsNull, 2)}\n`;
}

function unknownAsNull(_: string, value: unknown): unknown {
  return value === undefined ? null : value;
}
