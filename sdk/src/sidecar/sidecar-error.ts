/** The errors of a sidecar that does not start, or dies. */
import { type ErrorCode, type MidblockError, ModelError, SidecarError } from "../errors.js";
import type { SidecarExit } from "./sidecar-process.js";
import type { FatalStatement } from "./statement.js";

const modelCodes: readonly ErrorCode[] = ["unknown-model", "unsafe-model", "model-load-failed", "unsupported-model"];
const sidecarCodes: readonly ErrorCode[] = ["invalid-options", "out-of-memory", "internal"];

/** The error for a sidecar that ended before it was ready. */
export function startFailed(exit: SidecarExit): MidblockError {
  if (exit.fatal !== undefined) return fatalError(exit.fatal, exit.logTail);
  return new SidecarError({
    code: "sidecar-start-failed",
    what: "The sidecar ended before it was ready.",
    found: describeExit(exit),
    nextStep: "The lines above tell why. A Python environment that is broken is made anew once its folder is deleted.",
    logTail: exit.logTail,
  });
}

/** The error for a sidecar that was stopped since it said nothing for too long. */
export function notReady(exit: SidecarExit): SidecarError {
  return new SidecarError({
    code: "sidecar-start-failed",
    what: "The sidecar was not ready in time and was stopped.",
    found: describeTail(exit.logTail),
    nextStep: "Should this machine be slow to import torch, raise startTimeoutMilliseconds.",
    logTail: exit.logTail,
  });
}

/** The error for calls that were under way when the sidecar ended. */
export function sidecarExited(exit: SidecarExit): MidblockError {
  if (exit.fatal !== undefined) return fatalError(exit.fatal, exit.logTail);
  return new SidecarError({
    code: "sidecar-exited",
    what: exit.requested ? "The sidecar was stopped." : "The sidecar ended unexpectedly.",
    found: describeExit(exit),
    nextStep: "Runs it had are kept: launch again and resume them.",
    logTail: exit.logTail,
  });
}

/** The error the sidecar itself gave as the reason. */
function fatalError({ error }: FatalStatement, logTail: readonly string[]): MidblockError {
  const { message, found, wanted, next_step: nextStep, facts } = error;
  const parts = { what: message, found, wanted, nextStep, facts };
  const modelCode = modelCodes.find((code) => code === error.code);
  if (modelCode !== undefined) return new ModelError({ ...parts, code: modelCode });
  const code = sidecarCodes.find((known) => known === error.code) ?? "sidecar-start-failed";
  return new SidecarError({ ...parts, code, logTail });
}

function describeExit({ exitCode, signal, logTail }: SidecarExit): string {
  const how = signal === undefined ? `exit code ${exitCode ?? "unknown"}` : `signal ${signal}${signalHint(signal)}`;
  return `${how}; ${describeTail(logTail)}`;
}

function describeTail(logTail: readonly string[]): string {
  if (logTail.length === 0) return "it logged nothing";
  return `its last lines were\n${logTail.map((line) => `    ${line}`).join("\n")}`;
}

function signalHint(signal: string): string {
  return signal === "SIGKILL" ? " (often the system's, when memory runs out)" : "";
}
