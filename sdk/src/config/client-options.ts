/** The options of Client.launch and Client.connect, and their form. Defaults are the sidecar's to fill. */
import { z } from "zod";
import { abortSignal, callback, exactObject, oneOf, text, wholeNumber } from "./option-checks.js";
import { readOptions } from "./read-options.js";

/** What `Client.launch` takes. Only `model` must be given. */
export interface LaunchOptions {
  /** Built-in name, folder with safetensors, GGUF file or hub id. */
  readonly model: string;
  /** A Python that has the sidecar's packages, path or name; default MIDBLOCK_PYTHON, else an environment is made. */
  readonly python?: string | undefined;
  /** The Python to make that environment with; default the first usable of the usual names. */
  readonly basePython?: string | undefined;
  /** Where environments and models are kept; default "midblock" in the user's cache folder. */
  readonly cacheFolder?: string | undefined;
  /** Where the record of runs and their checkpoints are kept; default "midblock" in the user's state folder. */
  readonly stateFolder?: string | undefined;
  /** "auto" (default), "cpu", "cuda", "cuda:1", "mps". */
  readonly device?: string | undefined;
  /** Element type of the weights; "auto" (default) takes what is fast on the device. */
  readonly dtype?: "auto" | "float32" | "bfloat16" | "float16" | undefined;
  /**
   * "nf4" holds the blocks' linear maps in 4 bits, by bitsandbytes, and computes in `dtype`: for adapters on models that
   * do not fit otherwise. Default "none".
   */
  readonly quantization?: "none" | "nf4" | undefined;
  /** Threads to compute with; default, and 0: torch's own choice. */
  readonly threads?: number | undefined;
  /** Most tokens in one sequence; default, and 0: the model's context length. */
  readonly maxSequenceTokens?: number | undefined;
  /**
   * Whether answers of evaluations are kept, so that an evaluation goes on where it was stopped and the same model is not
   * asked the same again. Default in `cacheFolder`, at most 500 MB; false keeps and reuses none.
   */
  readonly evaluationCache?: EvaluationCacheOptions | false | undefined;
  /** Longest wait for the sidecar to answer, in milliseconds; default 300,000. */
  readonly startTimeoutMilliseconds?: number | undefined;
  /** Called with each line that the sidecar logs. */
  readonly onLog?: ((event: LogLine) => void) | undefined;
  /** Called while the environment is made and the model loads. */
  readonly onProgress?: ((progress: LaunchProgress) => void) | undefined;
  /** Cancels the launch. */
  readonly signal?: AbortSignal | undefined;
}

/** Where answers of evaluations are kept on this machine, and how many. */
export interface EvaluationCacheOptions {
  /** Default "answers" in the cache folder. */
  readonly folder?: string | undefined;
  /** Most bytes in all; the models unused for longest are forgotten first. Default 500,000,000. */
  readonly maxBytes?: number | undefined;
}

/** A line that the sidecar logged. */
export interface LogLine {
  /** "raw": a line that is no log entry of the sidecar's own. */
  readonly level: "debug" | "info" | "warning" | "error" | "raw";
  readonly message: string;
  readonly time: Date;
  /** All else that the entry holds. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How far a launch has come. */
export interface LaunchProgress {
  /** What is being done, in a word or two. */
  readonly stage: string;
  /** Share of the stage that is done, 0 to 1; absent or undefined where unknown. */
  readonly fraction?: number | undefined;
  /** While Python packages are installed: what is done with which. */
  readonly action?: "resolve" | "download" | "install";
  readonly package?: string;
  readonly elapsedSeconds?: number;
}

/** What `Client.connect` takes. */
export interface ConnectOptions {
  /** "host:port", or "unix:/path". */
  readonly address: string;
  /** The token that the sidecar was started with. */
  readonly token: string;
  /** Encrypts the connection; needed for any address that is not this machine's. {} trusts the system's certificates. */
  readonly tls?: TlsTrust | undefined;
  /** Whether answers of evaluations are kept on this machine, as for `Client.launch`. */
  readonly evaluationCache?: EvaluationCacheOptions | false | undefined;
  /** Called while the model loads. */
  readonly onProgress?: ((progress: LaunchProgress) => void) | undefined;
  /** Cancels connecting. */
  readonly signal?: AbortSignal | undefined;
}

/** How to know the other side. */
export interface TlsTrust {
  /** PEM of the certificates to trust instead of the system's. */
  readonly rootCertificates?: string | Uint8Array;
  /** Name in the certificate, where it is not the address's host. */
  readonly serverName?: string;
}

const longestPath = 4096;
const device = () => {
  const wanted = '"auto", "cpu", "cuda", "cuda:1", "mps"';
  return z.string({ error: wanted }).regex(/^(auto|cpu|mps|cuda(:\d+)?)$/, { error: wanted });
};

const evaluationCache = () =>
  z.union(
    [z.literal(false), exactObject({ folder: text(longestPath).optional(), maxBytes: wholeNumber(0).optional() })],
    {
      error: "false, or an object with folder, maxBytes",
    },
  );

const launchSchema = exactObject({
  model: text(longestPath),
  python: text(longestPath).optional(),
  basePython: text(longestPath).optional(),
  cacheFolder: text(longestPath).optional(),
  stateFolder: text(longestPath).optional(),
  device: device().optional(),
  dtype: oneOf(["auto", "float32", "bfloat16", "float16"]).optional(),
  quantization: oneOf(["none", "nf4"]).optional(),
  threads: wholeNumber(0).optional(),
  maxSequenceTokens: wholeNumber(0).optional(),
  evaluationCache: evaluationCache().optional(),
  startTimeoutMilliseconds: wholeNumber(1).optional(),
  onLog: callback<(event: LogLine) => void>().optional(),
  onProgress: callback<(progress: LaunchProgress) => void>().optional(),
  signal: abortSignal().optional(),
});

const certificates = z.union([text(1_000_000), z.instanceof(Uint8Array)], { error: "certificates in PEM form" });
const connectSchema = exactObject({
  address: text(longestPath),
  token: text(longestPath),
  tls: exactObject({
    rootCertificates: certificates.exactOptional(),
    serverName: text(255).exactOptional(),
  }).optional(),
  evaluationCache: evaluationCache().optional(),
  onProgress: callback<(progress: LaunchProgress) => void>().optional(),
  signal: abortSignal().optional(),
});

/** Checks the options of a launch and returns them. Throws OptionsError with all faults. */
export function readLaunchOptions(options: LaunchOptions): LaunchOptions {
  readOptions(launchSchema, options, "Client.launch");
  return options;
}

/** Checks the options of a connection and returns them. Throws OptionsError with all faults. */
export function readConnectOptions(options: ConnectOptions): ConnectOptions {
  readOptions(connectSchema, options, "Client.connect", ["token"]);
  return options;
}
