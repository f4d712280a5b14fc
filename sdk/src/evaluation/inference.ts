/** The two calls all evaluation rests on, as an interface: the client gives the real one, tests give their own. */

/** Which weights to use. */
export type ModelReference =
  | { readonly kind: "base" }
  /** step undefined: the newest checkpoint. */
  | { readonly kind: "run"; readonly runId: string; readonly step?: number };

/** How the next token is picked. */
export type Picking =
  | { readonly kind: "greedy" }
  | {
      readonly kind: "sampling";
      readonly temperature: number;
      /** 1: all tokens. */
      readonly topP: number;
      /** 0: all tokens. */
      readonly topK: number;
      readonly seed: number;
    };

/**
 * Asks the sidecar to keep, on its disk, what the blocks below `firstBlock` make of a request's tokens, or to take what it
 * kept: for requests of the same tokens to weights that differ from that block on alone. Changes no bit of the answers.
 */
export interface SharedPrefix {
  /** Index of the lowest block that differs, at least 1. */
  readonly firstBlock: number;
  /** Most bytes on disk, over all requests. */
  readonly diskBytes: number;
  /** Names those that share. Where there is no more room, what others left goes first, and what these left stays. */
  readonly owner: string;
}

/** Asks for continuations. */
export interface GenerateRequest {
  readonly model: ModelReference;
  /** Token ids, one list a prompt. */
  readonly prompts: readonly (readonly number[])[];
  readonly maxNewTokens: number;
  readonly picking: Picking;
  readonly stopTokenIds: readonly number[];
  readonly stopStrings: readonly string[];
  /** Most rows at once; 0: the sidecar chooses. */
  readonly maxBatchRows: number;
  readonly sharedPrefix?: SharedPrefix | undefined;
}

/** A finished continuation. */
export interface Completion {
  /** Index of the prompt. */
  readonly index: number;
  readonly tokenIds: readonly number[];
  readonly text: string;
  /** "length" means that the answer was cut by maxNewTokens. */
  readonly finishReason: "stop-token" | "stop-string" | "length";
}

/** Asks how likely given tokens are. */
export interface ScoreRequest {
  readonly model: ModelReference;
  readonly sequences: readonly {
    readonly tokenIds: readonly number[];
    /** Position of the first scored token, at least 1. */
    readonly from: number;
  }[];
  /** Also give KL(base || model) at each scored position. */
  readonly klFromBase: boolean;
  readonly sharedPrefix?: SharedPrefix | undefined;
}

/** A scored sequence; entry p belongs to token from + p. */
export interface SequenceScore {
  readonly index: number;
  /** Nats. */
  readonly logProbabilities: readonly number[];
  readonly isGreedy: readonly boolean[];
  /** Nats; empty unless asked for. */
  readonly klFromBase: readonly number[];
}

/** Generates and scores. Results come as they finish, in any order, each exactly once. */
export interface Inference {
  generate(request: GenerateRequest, signal?: AbortSignal): AsyncIterable<Completion>;
  score(request: ScoreRequest, signal?: AbortSignal): AsyncIterable<SequenceScore>;
}
