/** The checks that all shapes share. */
import { closestName } from "../../config/closest-name.js";
import { showFound } from "../../config/show-found.js";
import type { Fault } from "../../errors.js";
import type { UnknownRecord } from "./record.js";

/** A fault whose found value is printed short; undefined is not printed. */
export function fault(where: string, check: string, problem: string, found: unknown, wanted: string): Fault {
  return { where, problem, ...(found === undefined ? {} : { found: showFound(found) }), wanted, check };
}

/** Wants well-formed text of at least one character. */
export function textFaults(value: unknown, where: string, check: string): readonly Fault[] {
  if (typeof value !== "string" || value === "")
    return [fault(where, check, "is no text", value, "a text of at least one character")];
  return surrogateFaults(value, where);
}

/** Wants well-formed text, which may be empty. */
export function anyTextFaults(value: unknown, where: string, check: string): readonly Fault[] {
  return value === "" ? [] : textFaults(value, where, check);
}

/** A lone surrogate has no UTF-8 form: the tokenizer would learn U+FFFD in its place. */
function surrogateFaults(value: string, where: string): readonly Fault[] {
  if (!/\p{Surrogate}/u.test(value)) return [];
  return [fault(where, "text_not_unicode", "holds half of a surrogate pair", value, "well-formed Unicode")];
}

/** A fault for each key that is not known, with the known name that may have been meant. */
export function unknownKeys(
  record: UnknownRecord,
  known: readonly string[],
  { place, path, check }: { readonly place: string; readonly path: string; readonly check: string },
  otherwise = "",
): readonly Fault[] {
  return Object.keys(record)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const meant = closestName(key, known);
      const wanted = meant === undefined ? `no keys but ${known.join(", ")}${otherwise}` : `did you mean "${meant}"?`;
      return fault(place, check, `unknown key ${path}${key}`, record[key] ?? null, wanted);
    });
}
