/** A client of the contract that shares nothing with the SDK's transport: proto-loader's codecs on plain grpc-js. */
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { methodNamed, type WireMessage } from "./contract-definitions.js";

/** Methods are named as in "Runs/StartRun"; errors are grpc-js's own. */
export class SecondClient {
  readonly #client: Client;
  readonly #token: string | undefined;

  constructor(address: string, token: string | undefined) {
    this.#client = new Client(address, credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
    this.#token = token;
  }

  /** One request, one answer. */
  call(name: string, request: WireMessage = {}): Promise<WireMessage> {
    const { path, requestSerialize, responseDeserialize } = methodNamed(name);
    return new Promise((resolve, reject) => {
      const settle = settleWith(resolve, reject);
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, this.#metadata(), settle);
    });
  }

  /** One request, a stream of answers. */
  async *stream(name: string, request: WireMessage = {}): AsyncGenerator<WireMessage, void, undefined> {
    const { path, requestSerialize, responseDeserialize } = methodNamed(name);
    const metadata = this.#metadata();
    const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata);
    call.on("error", () => {});
    try {
      for await (const message of call) yield { ...message };
    } finally {
      call.cancel();
    }
  }

  /** A stream of requests, one answer. */
  upload(name: string, requests: Iterable<WireMessage>): Promise<WireMessage> {
    const { path, requestSerialize, responseDeserialize } = methodNamed(name);
    return new Promise((resolve, reject) => {
      const settle = settleWith(resolve, reject);
      const call = this.#client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        this.#metadata(),
        settle,
      );
      for (const request of requests) call.write(request);
      call.end();
    });
  }

  close(): void {
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    if (this.#token !== undefined) metadata.set("authorization", `Bearer ${this.#token}`);
    return metadata;
  }
}

function settleWith(resolve: (message: WireMessage) => void, reject: (error: Error) => void) {
  return (error: ServiceError | null, message?: object) => {
    if (message === undefined) reject(error ?? new Error("no answer"));
    else resolve({ ...message });
  };
}
