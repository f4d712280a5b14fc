/** Share that must be done before its pace says anything: the first answer alone waits for all prompts that go with it. */
const tellingShare = 1 / 20;

/** How long the rest of a piece of work takes, by the pace of what is done. */
export class TimeLeft {
  readonly #total: number;
  readonly #seconds: () => number;
  readonly #startedAt: number;
  #done = 0;

  /** `total` in any unit that takes about the same time each, such as items or tokens; `seconds` is a clock. */
  constructor(total: number, seconds = () => performance.now() / 1000) {
    this.#total = total;
    this.#seconds = seconds;
    this.#startedAt = seconds();
  }

  /** Tells that so much is done. Returns the seconds that the rest takes, 0 or more; undefined while that is a guess. */
  after(done: number): number | undefined {
    this.#done += done;
    if (this.#done < this.#total * tellingShare) return undefined;
    const elapsed = this.#seconds() - this.#startedAt;
    return Math.max(0, (elapsed / this.#done) * (this.#total - this.#done));
  }
}
