/** The committed codecs of both languages are those that the .proto files give. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { testPython } from "../support/tiny-model.js";

test("generating them again changes nothing", () => {
  const script = fileURLToPath(new URL("../../scripts/check-protocol.sh", import.meta.url));
  expect(execFileSync("bash", [script, testPython()], { encoding: "utf8" })).toBe("");
});
