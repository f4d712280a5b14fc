/** Reads options with a zod schema; all that is wrong is thrown at once, each fault with its path. */
import { z } from "zod";
import { type Fault, OptionsError } from "../errors.js";
import { closestName } from "./closest-name.js";
import { showFound } from "./show-found.js";

/**
 * Checks `input` against a schema and returns what the schema makes of it.
 *
 * Each check's message must be what was wanted, as the parts of option-checks.ts have it. Throws OptionsError with every
 * fault; `call` is the call whose options they are, such as "client.finetune"; values of options named in `secrets` are never
 * shown.
 */
export function readOptions<Output>(
  schema: z.ZodType<Output>,
  input: unknown,
  call: string,
  secrets: readonly string[] = [],
): Output {
  const result = schema.safeParse(input, { error: wantedForUnknownKeys });
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, input)).map((fault) => veiled(fault, secrets));
  throw new OptionsError({
    code: "invalid-options",
    what: `The options of ${call} have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}.`,
    faults,
    nextStep: "nothing was started; mend the options and call again",
  });
}

/** One line a key, since zod reports all unknown keys of an object as one issue. */
function wantedForUnknownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "unrecognized_keys" || !(issue.inst instanceof z.ZodObject)) return undefined;
  const known = Object.keys(issue.inst.shape);
  return issue.keys
    .map((key) => {
      const meant = closestName(key, known);
      return meant === undefined ? `one of ${known.join(", ")}` : `did you mean "${meant}"?`;
    })
    .join("\n");
}

function faultsOf(issue: z.core.$ZodIssue, input: unknown): readonly Fault[] {
  if (issue.code !== "unrecognized_keys") {
    const value = valueAt(input, issue.path);
    const problem = value === undefined ? "is missing" : "does not fit";
    return [{ where: pathOf(issue.path), problem, found: showFound(value), wanted: issue.message, check: issue.code }];
  }
  const wanted = issue.message.split("\n");
  return issue.keys.map((key, index) => ({
    where: pathOf([...issue.path, key]),
    problem: "there is no such option",
    found: showFound(valueAt(input, [...issue.path, key])),
    wanted: wanted[index] ?? "",
    check: "unknown_option",
  }));
}

function veiled(fault: Fault, secrets: readonly string[]): Fault {
  return secrets.includes(fault.where) ? { ...fault, found: "a value that is not shown" } : fault;
}

function pathOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part, index) =>
    typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
  );
  return parts.length === 0 ? "options" : parts.join("");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    input,
  );
}
