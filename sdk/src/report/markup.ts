/** HTML that can't be broken by what is put into it: a template tag that escapes everything but other markup. */

/** Finished HTML or SVG. Only `markup` makes it, so a plain string never gets into a page unescaped. */
export class Markup {
  readonly #source: string;

  private constructor(source: string) {
    this.#source = source;
  }

  /** The HTML source. */
  toString(): string {
    return this.#source;
  }

  /** Builds markup from a template: literal parts stand as they are, values are escaped unless they are markup. */
  static build(literals: TemplateStringsArray, values: readonly MarkupValue[]): Markup {
    const pieces = literals.map((literal, index) => literal + (index < values.length ? toSource(values[index]) : ""));
    return new Markup(pieces.join(""));
  }
}

/** What can be put into markup; lists are put one after the other, undefined and false leave nothing. */
export type MarkupValue = Markup | string | number | undefined | false | readonly MarkupValue[];

/** Template tag for HTML and SVG. Attribute values must stand in double quotes. */
export function markup(literals: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return Markup.build(literals, values);
}

function toSource(value: MarkupValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.toString();
  if (typeof value === "object") return value.map(toSource).join("");
  return escapeText(String(value));
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  // Characters that HTML does not allow are shown, so that a page stays valid and nothing vanishes unseen.
  return text
    .replace(/[&<>"']/g, (character) => escapes[character] ?? character)
    .replace(/[\p{Control}\p{Surrogate}\ufffe\uffff]/gu, shownUnlessSpace);
}

function shownUnlessSpace(character: string): string {
  if (/\s/.test(character)) return character;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
