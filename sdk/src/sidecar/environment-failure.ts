/** Tells why an environment could not be made, from what pip printed last, and what to do about it. */
import { EnvironmentError } from "../errors.js";
import type { PythonInterpreter } from "./python.js";

/** What is known of a failed attempt. */
export interface FailedAttempt {
  readonly python: PythonInterpreter;
  readonly folder: string;
  /** The stage that failed. */
  readonly stage: string;
  /** Last lines of output, oldest first. */
  readonly tail: readonly string[];
}

const diagnoses: readonly { readonly sign: RegExp; readonly nextStep: (attempt: FailedAttempt) => string }[] = [
  {
    sign: /No space left on device|Errno 28|not enough space|Disk quota exceeded/i,
    nextStep: ({ folder }) =>
      `The disk is full: free space for ${folder} (torch takes up to 8 GB), or set MIDBLOCK_CACHE to a folder on another disk.`,
  },
  {
    sign: /CERTIFICATE_VERIFY_FAILED|SSLError/,
    nextStep: () =>
      "The server's certificate was not accepted: give pip your certificates by `pip config set global.cert FILE`.",
  },
  {
    sign: /NewConnectionError|NameResolutionError|name resolution|ConnectTimeoutError|ReadTimeoutError|ProxyError|Network is unreachable|Connection (refused|reset)/i,
    nextStep: () =>
      "The package index could not be reached: check the network, or point pip to a mirror (PIP_INDEX_URL or pip.conf), then start again.",
  },
  {
    // With a constraints file pip calls a missing version a conflict.
    sign: /No matching distribution found|Could not find a version that satisfies|ResolutionImpossible/,
    nextStep: ({ python }) =>
      `A package that is needed is not in pip's index for Python ${python.version} on ${python.platform}: name another Python (3.10 to 3.13) by MIDBLOCK_BASE_PYTHON, or check pip's index (\`pip config list\`).`,
  },
  {
    sign: /Permission denied|Errno 13|Read-only file system/,
    nextStep: ({ folder }) => `${folder} can't be written to: set MIDBLOCK_CACHE to a folder of yours.`,
  },
];

/** The error for a step that failed, with the last lines it printed. */
export function environmentFailed(attempt: FailedAttempt): EnvironmentError {
  const output = attempt.tail.join("\n");
  const diagnosis = diagnoses.find(({ sign }) => sign.test(output));
  return new EnvironmentError({
    code: "environment-failed",
    what: `The Python environment in ${attempt.folder} could not be made: the step "${attempt.stage}" failed.`,
    found: `its last lines were\n${attempt.tail.map((line) => `    ${line}`).join("\n")}`,
    nextStep:
      diagnosis?.nextStep(attempt) ?? "Mend what the lines above tell and start again; what is half-made is made anew.",
  });
}

/** The error for a Python without the standard library's venv and ensurepip. */
export function cannotMakeEnvironments(python: PythonInterpreter): EnvironmentError {
  const version = python.version.split(".").slice(0, 2).join(".");
  return new EnvironmentError({
    code: "environment-failed",
    what: "This Python can't make virtual environments.",
    found: `${python.executable} (${python.version}) without its modules venv and ensurepip`,
    wanted: "a Python with them",
    nextStep: `On Debian and Ubuntu: \`apt install python${version}-venv\`. Or name another Python by MIDBLOCK_BASE_PYTHON.`,
  });
}
