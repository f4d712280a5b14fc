/** One Python requirement such as "peft>=0.21,<0.22", and whether an installed version meets it. */

/** A requirement, split. */
export interface Requirement {
  readonly name: string;
  /** As written, such as ">=0.21,<0.22". */
  readonly range: string;
  /** The whole line. */
  readonly text: string;
}

/** Splits a requirement. Only what this package's own pyproject.toml uses is read: a name and >=, <=, <, >, ==, !=. */
export function parseRequirement(text: string): Requirement {
  const match = /^([A-Za-z0-9][\w.-]*)\s*((?:(?:>=|<=|==|!=|<|>)\s*[\d.]+\s*,?\s*)*)$/.exec(text.trim());
  const name = match?.[1];
  if (name === undefined) throw new Error(`can't read the requirement "${text}"`);
  return { name, range: (match?.[2] ?? "").replaceAll(" ", ""), text: text.trim() };
}

/**
 * Whether a version lies in the range, by its release numbers alone: "2.13.0+cpu" counts as 2.13.0, and so does
 * "2.13.0a0+git", since vendors' containers hold torch under such names.
 */
export function meets(version: string, requirement: Requirement): boolean {
  return requirement.range.split(",").every((clause) => clause === "" || meetsClause(version, clause));
}

function meetsClause(version: string, clause: string): boolean {
  const operator = /^[<>=!]+/.exec(clause)?.[0] ?? "";
  const order = compareReleases(version, clause.slice(operator.length));
  switch (operator) {
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case "!=":
      return order !== 0;
    default:
      return order === 0;
  }
}

function compareReleases(left: string, right: string): number {
  const a = releaseNumbers(left);
  const b = releaseNumbers(right);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function releaseNumbers(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
