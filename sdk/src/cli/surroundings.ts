/** What a command is given by the process that it runs in. */
import type { LaunchProgress } from "../index.js";

/** Streams to write to, and what stops the command. */
export interface Surroundings {
  /** What was asked for goes here, and nothing else. */
  readonly output: NodeJS.WritableStream;
  /** Hints and errors. */
  readonly errors: NodeJS.WritableStream;
  /** Shows how far the launch of a sidecar is. */
  readonly onProgress: (progress: LaunchProgress) => void;
  /** True where `output` shows colours and the user wants them. */
  readonly colour: boolean;
  readonly signal: AbortSignal;
}
