/** Markdown that can't be broken by what is put into it: GitHub's flavour, which the hub shows too. */

/** A text without halves of characters, which no UTF-8 file can hold. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** A text on one line, with every character that Markdown or HTML would read taken literally. */
export function plain(text: string): string {
  return wellFormed(text)
    .replace(/[\p{Control}\s]+/gu, (run) => (/^\u00a0+$/.test(run) ? run : " "))
    .replace(/[\\`*_{}[\]<>|#~&$!]/g, "\\$&")
    .replace(/^([-+=])/, "\\$1")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2");
}

/** A text as code on one line. Backticks inside are kept by a longer fence around. */
export function code(text: string): string {
  const line = wellFormed(text)
    .replace(/[\p{Control}\s]+/gu, " ")
    .replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** A table; its cells are Markdown already. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A list of Markdown texts. */
export function bullets(texts: readonly string[]): string {
  return texts.map((text) => `- ${text}`).join("\n");
}

/** Sections with a blank line between; empty ones are left out. */
export function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}
