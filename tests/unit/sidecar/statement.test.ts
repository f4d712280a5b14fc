import { expect, test } from "@jest/globals";
import { readStatement } from "../../../sdk/src/sidecar/statement.js";

test("reads the ready line", () => {
  const line =
    '{"event": "ready", "address": "127.0.0.1:4321", "pid": 7, "protocol_version": 1, "server_version": "0.1.0"}';
  expect(readStatement(line)).toMatchObject({ event: "ready", address: "127.0.0.1:4321", pid: 7, protocol_version: 1 });
});

test("reads a fatal line, with what may be left out", () => {
  const line = '{"event": "fatal", "error": {"code": "out-of-memory", "message": "No memory"}}';
  expect(readStatement(line)).toMatchObject({
    event: "fatal",
    error: { code: "out-of-memory", next_step: "", facts: {} },
  });
});

test.each(["", "ready", "{}", '{"event": "ready"}', '{"event": "other"}', '["ready"]', '{"event": "ready", '])(
  "%s is none",
  (line) => {
    expect(readStatement(line)).toBeUndefined();
  },
);
