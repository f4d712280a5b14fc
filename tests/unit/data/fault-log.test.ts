import { readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { FaultLog } from "../../../sdk/src/data/fault-log.js";
import { badRows } from "../../../sdk/src/data/row-errors.js";

function logOf(count: number): FaultLog {
  const log = new FaultLog();
  for (let line = 1; line <= count; line++)
    log.add([{ where: `f:${line}`, problem: "is wrong", found: "5", check: line === 1 ? "first" : "later" }]);
  return log;
}

describe("FaultLog", () => {
  test("writes no file while the message shows every fault", () => {
    const error = badRows("f", logOf(50), 60);
    expect(error.faults).toHaveLength(50);
    expect(error.faultsFile).toBeUndefined();
    expect(error.facts).toEqual({ rows: "60", faultyRows: "50" });
    expect(error.message).toContain("f:50: is wrong");
    expect(error.message).not.toContain("more");
  });

  test.each([51, 1234])("with %d faults shows fifty, counts all, and names a file that has each", (count) => {
    const error = badRows("f", logOf(count), count);
    const { faultsFile = "" } = error;
    expect(error.faultCount).toBe(count);
    expect(error.faultsByCheck).toEqual({ first: 1, later: count - 1 });
    expect(error.faults).toHaveLength(Math.min(count, 1000));
    expect(error.message).toContain(`${count} faults in ${count} rows`);
    expect(error.message).toContain("f:50: is wrong");
    expect(error.message).not.toContain("f:51: is wrong");
    expect(error.message).toContain(`and ${count - 50} more; all are in ${faultsFile}`);
    const lines = readFileSync(faultsFile, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(count);
    expect(lines.at(-1)).toBe(`f:${count}: is wrong (found 5)`);
    expect(statSync(faultsFile).mode & 0o077).toBe(0);
    rmSync(dirname(faultsFile), { recursive: true });
  });
});
