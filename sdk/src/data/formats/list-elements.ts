/** Cuts the elements out of one JSON list as its bytes stream by; what is inside them is not looked at. */
import { BegunRow, type RowBytes } from "../files/begun-row.js";

/** An element's bytes with the white space around it, or what is wrong with the list at this place. */
export type ListElement = { readonly line: number; readonly row: number } & (
  | RowBytes
  | { readonly problem: string; readonly wanted: string }
);

const byteOf = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, lineFeed] = [byteOf('"'), byteOf("\\"), byteOf(","), byteOf("\n")];
const [openList, closeList, openObject, closeObject] = [byteOf("["), byteOf("]"), byteOf("{"), byteOf("}")];
const isSpace = (byte: number) => byte === 0x20 || byte === lineFeed || byte === 0x0d || byte === 0x09;

/**
 * Yields each element with the line that it starts on and its number from 1. Only the list's own brackets and commas are
 * checked; a problem with them is the last that is yielded.
 */
export async function* listElements(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ListElement> {
  const scanner = new ListScanner();
  for await (const chunk of chunks) {
    for (const element of scanner.scan(chunk)) {
      yield element;
      if ("problem" in element) return;
    }
  }
  yield* scanner.end();
}

class ListScanner {
  readonly #begun = new BegunRow();
  #at: "before" | "inside" | "after" = "before";
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  #row = 1;
  /** Line of the element's first byte that is no white space. */
  #startLine: number | undefined;

  *scan(chunk: Uint8Array): Generator<ListElement> {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      if (byte === lineFeed) this.#line += 1;
      if (this.#inString) {
        this.#stepInString(byte);
        continue;
      }
      if (isSpace(byte)) continue;
      if (this.#at !== "inside") {
        if (this.#at === "after" || byte !== openList) yield this.#outside();
        this.#at = "inside";
        start = index + 1;
      } else if (this.#depth === 0 && (byte === comma || byte === closeList)) {
        this.#begun.append(chunk.subarray(start, index));
        start = index + 1;
        yield* this.#endElement(byte === closeList);
      } else {
        this.#stepInElement(byte);
      }
    }
    if (this.#at === "inside") this.#begun.append(chunk.subarray(start));
  }

  *end(): Generator<ListElement> {
    if (this.#at !== "inside") return;
    yield this.#problem("the list does not end", 'a "]" at the end of the file');
  }

  #stepInString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #stepInElement(byte: number): void {
    this.#startLine ??= this.#line;
    if (byte === quote) this.#inString = true;
    else if (byte === openObject || byte === openList) this.#depth += 1;
    else if (byte === closeObject || byte === closeList) this.#depth -= 1;
  }

  *#endElement(last: boolean): Generator<ListElement> {
    const row = this.#begun.take();
    if (last) this.#at = "after";
    if (this.#startLine === undefined) {
      // Nothing stands between two separators: right only in "[]".
      if (!last || this.#row > 1) yield this.#problem("a row is missing between the commas", "no comma too many");
      return;
    }
    yield { line: this.#startLine, row: this.#row, ...row };
    this.#startLine = undefined;
    this.#row += 1;
  }

  #outside(): ListElement {
    return this.#at === "after"
      ? this.#problem("there is something after the end of the list", "one list and nothing else")
      : this.#problem(
          "the file is no JSON list",
          'a list of rows; a file with one object a line is read by jsonl("...")',
        );
  }

  #problem(problem: string, wanted: string): ListElement {
    return { line: this.#startLine ?? this.#line, row: this.#row, problem, wanted };
  }
}
