/** Speed and time left, from the newest events alone: a run's first steps are slow and its machine is shared. */
import type { StepEndEvent } from "../training/run-event.js";

const remembered = 10;

/** Follows training steps. */
export class TrainingPace {
  readonly #recent: StepEndEvent[] = [];

  add(step: StepEndEvent): void {
    this.#recent.push(step);
    if (this.#recent.length > remembered) this.#recent.shift();
  }

  /** Tokens that went through the model a second, over the last steps. */
  get tokensPerSecond(): number {
    return this.#sum("tokens") / this.#sum("seconds");
  }

  /** Seconds left for so many more steps, by the mean of the last ones. */
  secondsLeft(steps: number): number {
    return (this.#sum("seconds") / this.#recent.length) * steps;
  }

  #sum(key: "tokens" | "seconds"): number {
    return this.#recent.reduce((total, step) => total + step[key], 0);
  }
}

/** 0:07, 12:40, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const padded = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${padded}` : `${minutes}:${padded}`;
}
