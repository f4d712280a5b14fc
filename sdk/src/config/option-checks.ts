/** The checks that options are made of. The message of each is what was wanted, for read-options.ts to show. */
import { z } from "zod";

/** A finite number for which `holds` is true. */
export function numberWhere(wanted: string, holds: (value: number) => boolean) {
  return z.number({ error: wanted }).refine(holds, { error: wanted });
}

/** A whole number from `least` on, at most 2^53 - 1. */
export function wholeNumber(least: number) {
  return numberWhere(`a whole number, ${least} or more`, (value) => Number.isSafeInteger(value) && value >= least);
}

/** A number from 0 to 1. */
export function share() {
  return numberWhere("a number from 0 to 1", (value) => value >= 0 && value <= 1);
}

/** A text of 1 to `most` characters. */
export function text(most: number) {
  const wanted = `a text of 1 to ${most} characters`;
  return z.string({ error: wanted }).min(1, { error: wanted }).max(most, { error: wanted });
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: words.map((word) => `"${word}"`).join(" or ") });
}

/** An object with these keys and no others. */
export function exactObject<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "invalid_type" ? `an object with ${Object.keys(shape).join(", ")}` : undefined),
  });
}

/** true or false. */
export function flag() {
  return z.boolean({ error: "true or false" });
}

/** A function. What it takes can't be checked: the type parameter is the caller's word. */
export function callback<Callback extends (value: never) => void>() {
  return z.custom<Callback>((value) => typeof value === "function", { error: "a function" });
}

/** An AbortSignal. */
export function abortSignal() {
  return z.instanceof(AbortSignal, { error: "an AbortSignal" });
}

/** Lets a rule over several keys of an object speak even where single keys have faults, so that all are told at once. */
export const evenWithOtherFaults = {
  when: ({ value }: { readonly value: unknown }) => typeof value === "object" && value !== null,
};
