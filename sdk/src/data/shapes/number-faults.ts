/** Refuses numbers that a chat template would write otherwise than transformers does. */
import type { Fault } from "../../errors.js";
import type { WrittenNumber } from "../written-numbers.js";

/** The fault of a number that has lost how it was written. `where` is the place of the value that `path` begins in. */
export function numberFault({ path, written }: WrittenNumber, where: string): Fault {
  return {
    where: where + path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join(""),
    problem: "the number can't be kept as Python would write it",
    found: written,
    wanted: "a whole number below 2^53 without fraction and exponent, a fraction from 0.0001 on, or a text",
    check: "number_form",
  };
}
