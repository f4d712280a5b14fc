/** What Python's Jinja does with values otherwise than @huggingface/jinja. */
import { Environment } from "@huggingface/jinja";

/** A value of the library's interpreter, whose own types its package does not let others read. */
export interface RuntimeValue {
  readonly type: string;
  readonly value: unknown;
}

/** Makes a value of a text, number or truth value. */
export function runtimeValue(value: string | number | boolean): RuntimeValue {
  return new Environment().set("value", value);
}

/** What `str.isspace` says true for (CPython, Objects/unicodetype_db.h). */
const space = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const spaceAtStart = new RegExp(`^[${space}]+`);
const spaceAtEnd = new RegExp(`[${space}]+$`);

/** `str.strip`, `lstrip` and `rstrip`, with the characters to take away, by default white space. */
export function strip(text: string, ends: "both" | "left" | "right", characters: string | undefined): string {
  if (characters === undefined) {
    const left = ends === "right" ? text : text.replace(spaceAtStart, "");
    return ends === "left" ? left : left.replace(spaceAtEnd, "");
  }
  const taken = new Set(characters);
  const points = Array.from(text);
  let start = 0;
  let end = points.length;
  if (ends !== "right") while (start < end && taken.has(points[start] ?? "")) start += 1;
  if (ends !== "left") while (end > start && taken.has(points[end - 1] ?? "")) end -= 1;
  return points.slice(start, end).join("");
}

/** `str.capitalize`. */
export function capitalize(text: string): string {
  const [first = "", ...rest] = Array.from(text);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** `==` of Python: by content, and never between a text and a number. */
export function equal(left: RuntimeValue, right: RuntimeValue): boolean {
  if (isNumeric(left) && isNumeric(right)) return Number(left.value) === Number(right.value);
  if (Array.isArray(left.value) && Array.isArray(right.value)) {
    const others: readonly RuntimeValue[] = right.value;
    return left.value.length === others.length && left.value.every((item, index) => equal(item, others[index] ?? item));
  }
  if (left.value instanceof Map && right.value instanceof Map) {
    const others = right.value;
    const same = ([key, item]: [unknown, RuntimeValue]) => others.has(key) && equal(item, others.get(key));
    return left.value.size === others.size && [...left.value].every(same);
  }
  return left.type === right.type && left.value === right.value;
}

/** How Python writes a value. Throws Error for lists and objects, which it writes as source code. */
export function show(value: RuntimeValue): string {
  switch (value.type) {
    case "UndefinedValue":
      return "";
    case "NullValue":
      return "None";
    case "BooleanValue":
      return value.value === true ? "True" : "False";
    case "StringValue":
    case "IntegerValue":
    case "FloatValue":
      return value.toString();
    default:
      throw new Error(`the template writes a list or an object as it is (${value.type})`);
  }
}

/** `range`, as a list. */
export function range(first: number, stop?: number, step = 1): number[] {
  const [start, end] = stop === undefined ? [0, first] : [first, stop];
  if (step === 0) throw new Error("range() arg 3 must not be zero");
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, index) => start + index * step);
}

function isNumeric({ type }: RuntimeValue): boolean {
  return type === "IntegerValue" || type === "FloatValue" || type === "BooleanValue";
}
