import { describe, expect, test } from "@jest/globals";
import { LogTail, readLogLine } from "../../../sdk/src/sidecar/log.js";

describe("readLogLine", () => {
  test("reads level, message and time, and keeps the rest as fields", () => {
    const line =
      '{"time": "2026-01-02T03:04:05.678+00:00", "level": "warning", "logger": "x", "message": "low memory"}';
    expect(readLogLine(line)).toEqual({
      level: "warning",
      message: "low memory",
      time: new Date("2026-01-02T03:04:05.678Z"),
      fields: { logger: "x" },
    });
  });

  test("takes Python's levels in capitals, and critical as error", () => {
    expect(readLogLine('{"level": "CRITICAL", "message": "m"}').level).toBe("error");
    expect(readLogLine('{"level": "WARN", "message": "m"}').level).toBe("warning");
  });

  test.each(["Traceback (most recent call last):", '{"level": "loud", "message": "m"}', '{"broken', "{}", ""])(
    "gives %s as it is",
    (line) => {
      expect(readLogLine(line)).toMatchObject({ level: "raw", message: line, fields: {} });
    },
  );
});

describe("LogTail", () => {
  test("keeps the last lines, a traceback as lines of its own", () => {
    const tail = new LogTail(3);
    tail.add(readLogLine("first"));
    tail.add(readLogLine('{"level": "info", "message": "second", "logger": "x"}'));
    expect(tail.lines()).toEqual(["first", "info: second"]);
    tail.add(readLogLine('{"level": "error", "message": "third", "traceback": "Traceback:\\nValueError"}'));
    expect(tail.lines()).toEqual(["error: third", "Traceback:", "ValueError"]);
  });
});
