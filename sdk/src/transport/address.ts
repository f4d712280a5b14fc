/** Reads the address of a sidecar, and refuses to send a token in the clear to another machine. */
import { isIP } from "node:net";
import { OptionsError } from "../errors.js";

/** Where a sidecar listens. */
export interface Address {
  /** As grpc-js takes it: "unix:/path" or "host:port". */
  readonly target: string;
  /** True where nothing leaves this machine. */
  readonly local: boolean;
}

/**
 * Checks an address, "unix:/path" or "host:port" ("[::1]:50051" for IPv6).
 *
 * @throws OptionsError for any other form, and for another machine without TLS: the token would travel readable.
 */
export function readAddress(text: string, encrypted: boolean): Address {
  if (/^unix:\/./.test(text)) return { target: text, local: true };
  const host = readHost(text);
  if (host === undefined) {
    throw new OptionsError({
      code: "invalid-options",
      what: "The address of the sidecar can't be read.",
      found: JSON.stringify(text),
      wanted: '"unix:/absolute/path" or "host:port", such as "127.0.0.1:50051"',
    });
  }
  const local = isLoopback(host);
  if (!local && !encrypted) {
    throw new OptionsError({
      code: "invalid-options",
      what: `The token would travel readable to ${text}.`,
      found: "an address on another machine, and no tls",
      wanted: "tls, a loopback address or a unix socket",
      nextStep: "Pass tls: {} (or tls: { rootCertificates } for a certificate of your own), or use an SSH tunnel.",
    });
  }
  return { target: text, local };
}

function readHost(text: string): string | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const [, bracketed, plain, port] = parts;
  if (Number(port) < 1 || Number(port) > 65535) return undefined;
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : undefined;
  return plain;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
