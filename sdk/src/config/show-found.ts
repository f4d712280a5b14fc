/** Prints a found value short enough for one line of an error message. */

const longest = 80;

/** Writes any value as JSON where it can be, else by its kind; cut after 80 characters with the cut shown. */
export function showFound(value: unknown): string {
  const text = write(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}... (${text.length} characters)`;
}

function write(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return "an object that is no plain JSON";
  }
}
