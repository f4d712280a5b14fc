/** A channel to one sidecar: the gRPC client, the token on every call, and what the calls need to know of both. */
import { setTimeout as delay } from "node:timers/promises";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { MidblockError } from "../errors.js";
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
  readonly #gone: Promise<MidblockError> | undefined;
  #lost: MidblockError | undefined;

  /**
   * `gone` settles with the reason once the process at the other end has ended; all calls then fail with that reason.
   * Throws OptionsError for an address that can't be read or is not safe.
   */
  constructor(
    address: string,
    token: string,
    tls: TlsOptions | undefined,
    timings: Timings,
    gone?: Promise<MidblockError> | undefined,
  ) {
    this.address = readAddress(address, tls !== undefined);
    this.timings = timings;
    this.#token = token;
    const trust = tls === undefined ? credentials.createInsecure() : credentials.createSsl(rootCertificates(tls));
    this.client = new Client(this.address.target, trust, channelOptions(this.address, tls?.serverName));
    this.#gone = gone?.then((reason) => {
      this.#lost ??= this.#closing.signal.aborted ? undefined : reason;
      this.close();
      return reason;
    });
  }

  /** Why the process at the other end is gone; undefined while it lives, or where this side closed first. */
  get lost(): MidblockError | undefined {
    return this.#lost;
  }

  /** Gives a broken connection a moment to turn out to be the end of the process, and says why it ended if it did. */
  async whetherLost(): Promise<MidblockError | undefined> {
    if (this.#gone === undefined) return undefined;
    await Promise.race([this.#gone, delay(this.timings.endOfProcessMilliseconds, undefined, { ref: false })]);
    return this.#lost;
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
