/** Where training examples come from: a named source that is read when it is needed. */
import type { Example } from "./datum.js";

/** A source of examples; loading it twice gives the same examples while its content is the same. */
export interface DataSource {
  /** The file as the user gave it, or "(memory)". */
  readonly name: string;
  /** Reads and checks all examples; throws DataError with every bad row, CancelledError when the signal fires. */
  load(signal?: AbortSignal): Promise<LoadedExamples>;
}

/** Examples as they were read, all of them sound. */
export interface LoadedExamples {
  readonly examples: readonly Example[];
  /** SHA-256, lower-case hex: of the file's bytes, or of the canonical JSON of examples given in memory. */
  readonly contentHash: string;
}
