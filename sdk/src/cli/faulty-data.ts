/** The figures of data that has faults. */
import type { MidblockError } from "../index.js";

/** Rows read, sound and faulty, and the faults by the names of their checks; nothing where no row was at fault. */
export function describeFaultyData({ facts, faultCount, faultsByCheck }: MidblockError): string {
  const { rows, faultyRows } = facts;
  if (rows === undefined || faultyRows === undefined) return "";
  const checks = Object.entries(faultsByCheck).sort(([, left], [, right]) => right - left);
  const width = Math.max(...checks.map(([name]) => name.length), "faulty rows".length) + 2;
  const lines = [
    ["rows", rows],
    ["sound rows", Number(rows) - Number(faultyRows)],
    ["faulty rows", faultyRows],
    ["faults", faultCount],
    ...checks.map(([name, count]) => [`  ${name}`, count]),
  ];
  return lines.map(([name, count]) => `${String(name).padEnd(width)}  ${count}\n`).join("");
}
