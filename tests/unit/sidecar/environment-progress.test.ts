import { expect, test } from "@jest/globals";
import { readPipLine } from "../../../sdk/src/sidecar/environment-progress.js";

test.each([
  ["Collecting torch>=2.6", { action: "resolve", package: "torch" }],
  ["Collecting typing-extensions>=4.10.0 (from torch>=2.6)", { action: "resolve", package: "typing-extensions" }],
  ["Collecting grpcio-tools==1.85.1", { action: "resolve", package: "grpcio-tools" }],
  [
    "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (530.5 MB)",
    { action: "download", package: "torch (530.5 MB)" },
  ],
  [
    "Downloading https://host/whl/hf_xet-1.2.0-cp37-abi3-linux.whl (4.3 MB)",
    { action: "download", package: "hf_xet (4.3 MB)" },
  ],
  ["Processing /wheels/torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", { action: "download", package: "torch" }],
  ["Installing collected packages: mpmath, torch", { action: "install", package: "mpmath, torch" }],
])("%s", (line, event) => {
  expect(readPipLine(line)).toEqual(event);
});

test.each([
  "Requirement already satisfied: torch>=2.6 in ./lib",
  "  Downloading torch-2.13.0-cp311-cp311-linux.whl.metadata (27 kB)",
  "WARNING: Retrying (Retry(total=4)) after connection broken",
  "",
])("no progress in: %s", (line) => {
  expect(readPipLine(line)).toBeUndefined();
});
