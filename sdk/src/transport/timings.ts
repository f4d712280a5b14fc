/** Every deadline, silence limit and retry of the transport, in one place. */

/** How long the transport waits, and for what. */
export interface Timings {
  /** For the first answer. The sidecar answers while its model loads, but a busy machine may be slow to let it. */
  readonly handshakeMilliseconds: number;
  /** For calls with one answer. None of them waits for a training step. */
  readonly unaryMilliseconds: number;
  /** Missed heartbeats after which a stream counts as dead. */
  readonly missedHeartbeats: number;
  /** Longest silence where the contract has no heartbeats: an upload that is checked, files that are hashed. */
  readonly silentWorkMilliseconds: number;
  /** How long a broken connection may wait for the news that the process behind it has ended. */
  readonly endOfProcessMilliseconds: number;
  /** First pause before a new try; each further one is twice as long. */
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
  /** Tries in a row that brought nothing before a broken stream is given up: about a minute of pauses by default. */
  readonly fruitlessTries: number;
}

export const defaultTimings: Timings = {
  handshakeMilliseconds: 20_000,
  unaryMilliseconds: 60_000,
  missedHeartbeats: 6,
  silentWorkMilliseconds: 120_000,
  endOfProcessMilliseconds: 2_000,
  firstPauseMilliseconds: 100,
  longestPauseMilliseconds: 5_000,
  fruitlessTries: 16,
};
