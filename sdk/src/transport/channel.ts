/** A channel to one sidecar: the gRPC client, the token on every call, and what the calls need to know of both. */
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { type Address, readAddress } from "./address.js";
import { channelOptions } from "./channel-options.js";
import type { Timings } from "./timings.js";

/** How to trust the other side. */
export interface TlsOptions {
  /** PEM of the certificates to trust instead of the system's. */
  readonly rootCertificates?: string | Uint8Array;
  /** Name in the certificate, where it isn't the address's host. */
  readonly serverName?: string;
}

/** What identifies a method; the generated service definitions have this shape. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** A channel. It connects at the first call. */
export class Channel {
  readonly address: Address;
  readonly client: Client;
  readonly timings: Timings;
  readonly #token: string;
  readonly #closing = new AbortController();

  /** Throws OptionsError for an address that can't be read or is not safe. */
  constructor(address: string, token: string, tls: TlsOptions | undefined, timings: Timings) {
    this.address = readAddress(address, tls !== undefined);
    this.timings = timings;
    this.#token = token;
    const trust = tls === undefined ? credentials.createInsecure() : credentials.createSsl(rootCertificates(tls));
    this.client = new Client(this.address.target, trust, channelOptions(this.address, tls?.serverName));
  }

  /** Fires when this side closes it. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Metadata for one call. */
  metadata(): Metadata {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${this.#token}`);
    return metadata;
  }

  /** Cancels what runs and lets go of the connection. */
  close(): void {
    this.#closing.abort();
    this.client.close();
  }
}

function rootCertificates({ rootCertificates: certificates }: TlsOptions): Buffer | null {
  return certificates === undefined ? null : Buffer.from(certificates);
}

/** "Runs.StartRun", for messages. */
export function methodName(method: { readonly path: string }): string {
  return method.path.replace(/^.*\.([^.]+)\/([^/]+)$/, "$1.$2");
}
