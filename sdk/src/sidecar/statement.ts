/** The two statements the sidecar makes on standard output, one JSON line each: that it is ready, or why it can't be. */
import { z } from "zod";
import { parseJson } from "./log.js";

const ready = z.object({
  event: z.literal("ready"),
  /** A gRPC target: "unix:/path" or "127.0.0.1:port". */
  address: z.string().min(1),
  /** Its process id. */
  pid: z.number().int().positive(),
  /** Protocol version; the handshake compares it. */
  protocol_version: z.number().int(),
});

const fatal = z.object({
  event: z.literal("fatal"),
  error: z.object({
    code: z.string(),
    message: z.string(),
    found: z.string().default(""),
    wanted: z.string().default(""),
    next_step: z.string().default(""),
    facts: z.record(z.string(), z.string()).default({}),
  }),
});

const statement = z.discriminatedUnion("event", [ready, fatal]);

/** The sidecar accepts calls. */
export type ReadyStatement = z.infer<typeof ready>;
/** The sidecar gives up. */
export type FatalStatement = z.infer<typeof fatal>;

/** Reads a line of standard output; undefined where it is no statement. */
export function readStatement(line: string): ReadyStatement | FatalStatement | undefined {
  return statement.safeParse(parseJson(line)).data;
}
