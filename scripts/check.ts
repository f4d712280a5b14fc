/** The quick check: format, lint, types, the generated codecs, and the quick tests. Run by `npm run check`. */
import { join } from "node:path";
import { runSteps } from "./steps.js";
import { developmentPython, jest, root } from "./tools.js";

const serverBridge = join(root, "server-bridge");
const python = await developmentPython();

/** Left to `npm test`: these install by pip, start browsers and programs, or read tens of megabytes. */
const thorough = "\\.thorough\\.test\\.ts$";

const { passed, failed } = await runSteps(
  [
    {
      name: "jest: unit and architecture",
      command: jest("--selectProjects", "unit", "--testPathIgnorePatterns", thorough),
    },
    { name: "mypy", command: [python, "-m", "mypy", "."], folder: serverBridge },
    {
      name: "pytest, quick ones",
      command: [python, "-m", "pytest", "-m", "not slow and not thorough"],
      folder: serverBridge,
    },
    { name: "jest: contract", command: jest("tests/contract", "--passWithNoTests") },
    { name: "generated codecs are those of proto/", command: ["bash", "scripts/check-protocol.sh", python] },
    { name: "tsc", command: ["tsc", "-p", "tsconfig.json"] },
    { name: "biome", command: ["biome", "check", "."] },
    { name: "ruff format", command: [python, "-m", "ruff", "format", "--check", "."], folder: serverBridge },
    { name: "ruff check", command: [python, "-m", "ruff", "check", "."], folder: serverBridge },
  ],
  root,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
