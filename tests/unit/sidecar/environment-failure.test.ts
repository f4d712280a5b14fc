import { expect, test } from "@jest/globals";
import { cannotMakeEnvironments, environmentFailed } from "../../../sdk/src/sidecar/environment-failure.js";

const python = { executable: "/usr/bin/python3", version: "3.15.0", platform: "linux-x86_64", makesEnvironments: true };
const attempt = (...tail: string[]) => ({ python, folder: "/cache/environments/ab", stage: "install-torch", tail });

test.each([
  [
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    /disk is full.*MIDBLOCK_CACHE/,
  ],
  [
    "ERROR: No matching distribution found for torch>=2.6",
    /not in pip's index for Python 3\.15\.0 on linux-x86_64.*MIDBLOCK_BASE_PYTHON/,
  ],
  ["SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", /certificate/],
  ["ERROR: something never seen", /made anew/],
])("%s", (line, nextStep) => {
  const error = environmentFailed(attempt("Collecting torch", line));
  expect(error.code).toBe("environment-failed");
  expect(error.message).toContain("install-torch");
  expect(error.message).toContain(line);
  expect(error.nextStep).toMatch(nextStep);
});

test("without a network pip ends in 'No matching distribution'; the network is named as the cause", () => {
  const lines = [
    "WARNING: Retrying after connection broken by 'NewConnectionError(...: Failed to establish a new connection')'",
    "ERROR: No matching distribution found for torch>=2.6",
  ];
  expect(environmentFailed(attempt(...lines)).nextStep).toMatch(/could not be reached/);
});

test("a Python without venv is told with the package that brings it", () => {
  expect(cannotMakeEnvironments({ ...python, makesEnvironments: false }).message).toContain(
    "apt install python3.15-venv",
  );
});
