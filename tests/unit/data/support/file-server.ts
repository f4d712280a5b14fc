/**
 * A server for the tests of remote files. It answers as the hub's API does under /datasets/OWNER/NAME/resolve/REVISION/,
 * with a redirect to another origin for its files, and as a plain file server everywhere else.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request is answered with in place of the file. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ServedFile {
  readonly bytes: Uint8Array;
  /** Answers of the first requests to this path, before the file itself. */
  readonly refusals?: Refusal[];
  /** Whole answers stop after so many bytes, as many times as there are numbers here. */
  readonly breaks?: number[];
  /** Default true. */
  readonly ranges?: boolean;
  /** Wanted as bearer token; hub files alone. */
  readonly token?: string;
  etag?: string;
}

export interface Asked {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export class FileServer implements AsyncDisposable {
  readonly files = new Map<string, ServedFile>();
  readonly asked: Asked[] = [];
  readonly #front: Server;
  readonly #store: Server;

  private constructor() {
    this.#front = createServer((request, response) => this.#answer(request, response, true));
    this.#store = createServer((request, response) => this.#answer(request, response, false));
  }

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await Promise.all(
      [server.#front, server.#store].map((one) => new Promise<void>((done) => one.listen(0, "127.0.0.1", done))),
    );
    return server;
  }

  get origin(): string {
    return originOf(this.#front);
  }

  url(path: string): URL {
    return new URL(path, this.origin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#front, this.#store]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse, front: boolean): void {
    const { pathname } = new URL(request.url ?? "", this.origin);
    const { range, authorization } = request.headers;
    if (front) this.asked.push({ path: pathname, range, authorization });
    else this.asked.push({ path: `store:${pathname}`, range, authorization });
    const file = this.files.get(pathname);
    if (front && pathname.startsWith("/datasets/")) this.#answerAsHub(file, pathname, authorization, response);
    else serve(file, request, response);
  }

  #answerAsHub(
    file: ServedFile | undefined,
    path: string,
    authorization: string | undefined,
    response: ServerResponse,
  ): void {
    const refusal = file?.refusals?.shift();
    if (refusal) {
      refuse(response, refusal);
      return;
    }
    if (file === undefined) {
      refuse(response, hubError(404, "EntryNotFound", "Entry not found"));
      return;
    }
    if (file.token !== undefined && authorization !== `Bearer ${file.token}`) {
      refuse(response, hubError(401, "GatedRepo", "Access to this dataset is restricted"));
      return;
    }
    response.writeHead(302, {
      location: originOf(this.#store) + path,
      "x-linked-size": String(file.bytes.length),
      "x-linked-etag": '"abc"',
    });
    response.end();
  }
}

export function hubError(status: number, code: string, error: string): Refusal {
  const headers = { "content-type": "application/json", "x-error-code": code, "x-error-message": error };
  return { status, headers, body: JSON.stringify({ error }) };
}

function serve(file: ServedFile | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (file === undefined) {
    refuse(response, { status: 404 });
    return;
  }
  const refusal = file.refusals?.shift();
  if (refusal) {
    refuse(response, refusal);
    return;
  }
  const etag = file.etag ?? '"abc"';
  if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
    refuse(response, { status: 412 });
    return;
  }
  const size = file.bytes.length;
  const asked = file.ranges === false ? undefined : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(asked?.[1] ?? 0);
  const end = Math.min(size, asked?.[2] ? Number(asked[2]) + 1 : size);
  const part = file.bytes.subarray(start, end);
  response.writeHead(asked ? 206 : 200, {
    etag,
    "content-length": part.length,
    ...(asked ? { "content-range": `bytes ${start}-${end - 1}/${size}` } : {}),
  });
  const breakAfter = part.length > 1 ? file.breaks?.shift() : undefined;
  if (breakAfter === undefined) response.end(part);
  else response.write(part.subarray(0, breakAfter), () => response.destroy());
}

function refuse(response: ServerResponse, { status, headers = {}, body = "" }: Refusal): void {
  response.writeHead(status, headers);
  response.end(body);
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return `http://127.0.0.1:${(address satisfies AddressInfo).port}`;
}
