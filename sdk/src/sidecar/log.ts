/** What the sidecar says while it lives: its JSON log lines as typed events, and the last of them for error messages. */
import { z } from "zod";

/** One line of the sidecar's log. "raw": a line not in the log's form, such as a library's own print or a traceback. */
export interface LogEvent {
  readonly level: "debug" | "info" | "warning" | "error" | "raw";
  readonly message: string;
  /** When it was logged, or for a raw line when it arrived. */
  readonly time: Date;
  /** All else that the line holds. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const logLine = z.looseObject({
  level: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["debug", "info", "warning", "warn", "error", "critical"])),
  message: z.string(),
  time: z.union([z.iso.datetime({ offset: true }), z.number()]).optional(),
});

/** Reads one line; a line that is not a log line comes back as "raw", whole. */
export function readLogLine(line: string): LogEvent {
  const parsed = logLine.safeParse(parseJson(line));
  if (!parsed.success) return { level: "raw", message: line, time: new Date(), fields: {} };
  const { level, message, time, ...fields } = parsed.data;
  return { level: plainLevel(level), message, time: readTime(time), fields };
}

/** The value of a line of JSON; undefined for any other line. */
export function parseJson(line: string): unknown {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function plainLevel(level: z.infer<typeof logLine>["level"]): LogEvent["level"] {
  if (level === "warn") return "warning";
  return level === "critical" ? "error" : level;
}

/** Numbers are Unix seconds. */
function readTime(time: string | number | undefined): Date {
  if (time === undefined) return new Date();
  return new Date(typeof time === "number" ? time * 1000 : time);
}

/** Keeps the last lines, oldest first. */
export class LogTail {
  readonly #lines: string[] = [];

  constructor(readonly keptLines: number) {}

  add(event: LogEvent): void {
    this.#lines.push(...describe(event).split("\n"));
    this.#lines.splice(0, this.#lines.length - this.keptLines);
  }

  lines(): readonly string[] {
    return [...this.#lines];
  }
}

function describe({ level, message, fields }: LogEvent): string {
  if (level === "raw") return message;
  const { traceback } = fields;
  return typeof traceback === "string" ? `${level}: ${message}\n${traceback}` : `${level}: ${message}`;
}
