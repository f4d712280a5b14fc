/** Loads examples from a JSON Lines file: one JSON object a line, in UTF-8. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { showFound } from "../config/show-found.js";
import { CancelledError, DataError, type Fault } from "../errors.js";
import type { DataSource, LoadedExamples } from "./data-source.js";
import type { Example } from "./datum.js";
import { type ParsedRow, parseRow } from "./parse-row.js";
import { type FileLine, readLines } from "./read-lines.js";
import { badRows, noExamples } from "./row-errors.js";

/**
 * Reads training examples from a JSON Lines file.
 *
 * Each line is an object of one of three shapes: {messages: [{role, content}]}, {prompt, completion} or {text}. Blank
 * lines are passed over, yet count in line numbers; a byte order mark at the start is passed over too. The file is
 * read when the data is needed. `load` throws DataError with every bad row at once, each as file:line.
 */
export function jsonl(path: string | URL): DataSource {
  const name = typeof path === "string" ? path : path.protocol === "file:" ? fileURLToPath(path) : path.href;
  return { name, load: (signal) => loadFile(name, signal) };
}

async function loadFile(name: string, signal: AbortSignal | undefined): Promise<LoadedExamples> {
  const hash = createHash("sha256");
  const examples: Example[] = [];
  const faults: Fault[] = [];
  let rowsWithFaults = 0;
  try {
    for await (const line of readLines(name, (bytes) => hash.update(bytes), signal)) {
      const encoding = line.number === 1 ? otherEncoding(line.bytes) : undefined;
      if (encoding !== undefined) throw wrongEncoding(name, encoding);
      const parsed = parseLine(line, name);
      if (parsed === undefined) continue;
      if ("example" in parsed) {
        examples.push(parsed.example);
      } else {
        faults.push(...parsed.faults);
        rowsWithFaults += 1;
      }
    }
  } catch (cause) {
    throw cause instanceof DataError ? cause : readingFailed(name, cause, signal);
  }
  if (faults.length > 0) throw badRows(name, rowsWithFaults, faults);
  if (examples.length === 0) throw noExamples(name);
  return { examples, contentHash: hash.digest("hex") };
}

/** The row on a line, or undefined for a blank one. */
function parseLine({ number, bytes }: FileLine, file: string): ParsedRow | undefined {
  const where = `${file}:${number}`;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: number !== 1 }).decode(bytes);
  } catch {
    const found = showFound(bytes.toString("utf8"));
    const problem = "the line is not valid UTF-8";
    return { faults: [{ where, problem, found, wanted: "a file saved as UTF-8", check: "invalid_utf8" }] };
  }
  if (text.trim() === "") return undefined;
  try {
    return parseRow(JSON.parse(text), { file, line: number });
  } catch (error) {
    return { faults: [brokenJson(where, text.trim(), error)] };
  }
}

function brokenJson(where: string, text: string, error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  const wanted = text.endsWith(",")
    ? "no comma after the object"
    : text.startsWith("[")
      ? "one object a line, not a list (jq -c '.[]' makes lines of it)"
      : "one whole JSON object on this line";
  return {
    where,
    problem: `the line is not valid JSON: ${reason}`,
    found: showFound(text),
    wanted,
    check: "invalid_json",
  };
}

function otherEncoding(start: Buffer): string | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return "UTF-16 (little endian)";
  if (start[0] === 0xfe && start[1] === 0xff) return "UTF-16 (big endian)";
  if (start[0] !== 0 && start[1] === 0) return "UTF-16 (little endian, without a byte order mark)";
  if (start[0] === 0 && start[1] !== 0) return "UTF-16 (big endian, without a byte order mark)";
  return undefined;
}

function wrongEncoding(name: string, encoding: string): DataError {
  return new DataError({
    code: "invalid-data",
    what: `The data file ${name} is not in UTF-8.`,
    found: encoding,
    wanted: "UTF-8",
    nextStep: `save it as UTF-8, for example by: iconv -f UTF-16 -t UTF-8 ${name}`,
  });
}

function readingFailed(name: string, cause: unknown, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) {
    return new CancelledError({ code: "cancelled", what: `Reading ${name} was cancelled.`, cause });
  }
  return new DataError({
    code: "invalid-data",
    what: `The data file ${name} can't be read.`,
    found: cause instanceof Error ? cause.message : String(cause),
    wanted: "a file in JSON Lines form",
    nextStep: `check the path; it is taken relative to ${process.cwd()}`,
    cause,
  });
}
