/** A gRPC server inside the test that answers as a script says, speaking the contract through proto-loader's codecs. */
import {
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type status,
} from "@grpc/grpc-js";
import { methodNamed, methods, type WireMessage, type WireMethod } from "./contract-definitions.js";

/** What a script may look at of a call. */
export interface ScriptedCall {
  readonly metadata: Metadata;
  /** Settles when the client cancels the call. */
  readonly cancelled: Promise<void>;
}

/** A stream that a script writes. */
export interface ScriptedStream extends ScriptedCall {
  /** Settles when the message has left the process. */
  send(message: WireMessage): Promise<void>;
}

/** By name of the method, such as "Runs/GetRun". A script that throws a ScriptedFailure ends the call with it. */
export interface Script {
  readonly unary?: Record<string, (request: WireMessage, call: ScriptedCall) => WireMessage | Promise<WireMessage>>;
  readonly streams?: Record<string, (request: WireMessage, stream: ScriptedStream) => void | Promise<void>>;
  readonly uploads?: Record<string, (messages: AsyncIterable<WireMessage>, call: ScriptedCall) => Promise<WireMessage>>;
}

/** Ends a call with a status, and with an ErrorDetail where one is given. */
export class ScriptedFailure extends Error {
  readonly metadata = new Metadata();
  constructor(
    readonly code: status,
    readonly details: string,
    detail?: WireMessage,
  ) {
    super(details);
    if (detail !== undefined) this.metadata.set("midblock-error-bin", encodeErrorDetail(detail));
  }
}

/** A listening server. */
export interface ScriptedSidecar {
  readonly port: number;
  readonly address: string;
  /** Ends the listening and breaks every connection. */
  stop(): void;
}

/** Starts one on a port that the system chooses, or on the one given. */
export async function startScriptedSidecar(
  script: Script,
  {
    credentials = ServerCredentials.createInsecure(),
    port = 0,
  }: { credentials?: ServerCredentials; port?: number } = {},
): Promise<ScriptedSidecar> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  for (const name of Object.keys({ ...script.unary, ...script.streams, ...script.uploads })) methodNamed(name);
  for (const [name, method] of methods) register(server, name, method, script);
  const chosen = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port: chosen, address: `127.0.0.1:${chosen}`, stop: () => server.forceShutdown() };
}

type Handler =
  | handleUnaryCall<object, object>
  | handleServerStreamingCall<object, object>
  | handleClientStreamingCall<object, object>;

function register(server: Server, name: string, method: WireMethod, script: Script): void {
  const unary = script.unary?.[name];
  const stream = script.streams?.[name];
  const upload = script.uploads?.[name];
  const add = (handler: Handler, kind: string) =>
    server.register(method.path, handler, method.responseSerialize, method.requestDeserialize, kind);
  if (unary) {
    const handler: handleUnaryCall<object, object> = (call, callback) => {
      const scripted = describe(call);
      answer(callback, async () => unary({ ...call.request }, scripted));
    };
    add(handler, "unary");
  }
  if (stream) {
    const handler: handleServerStreamingCall<object, object> = (call) => void play(call, stream);
    add(handler, "serverStream");
  }
  if (upload) {
    const handler: handleClientStreamingCall<object, object> = (call, callback) => {
      const scripted = describe(call);
      answer(callback, () => upload(call, scripted));
    };
    add(handler, "clientStream");
  }
}

function answer(callback: (error: Error | null, value?: object) => void, run: () => Promise<WireMessage>): void {
  run().then(
    (message) => callback(null, message),
    (error: Error) => callback(error),
  );
}

async function play(
  call: ServerWritableStream<object, object>,
  script: (request: WireMessage, stream: ScriptedStream) => void | Promise<void>,
): Promise<void> {
  const send = (message: WireMessage) => new Promise<void>((resolve) => call.write(message, () => resolve()));
  try {
    await script({ ...call.request }, { ...describe(call), send });
    call.end();
  } catch (error) {
    call.emit("error", error);
  }
}

function describe(call: {
  readonly metadata: Metadata;
  on(event: "cancelled", listener: () => void): unknown;
}): ScriptedCall {
  return { metadata: call.metadata, cancelled: new Promise((resolve) => call.on("cancelled", () => resolve())) };
}

/** By hand, since no method of the contract carries an ErrorDetail as its whole message. */
function encodeErrorDetail(detail: WireMessage): Buffer {
  const names = ["code", "message", "found", "wanted", "next_step"];
  const texts = names.map((name, index) => field(index + 1, Buffer.from(String(detail[name] ?? ""))));
  const facts = Object.entries(detail["facts"] ?? {}).map(([key, value]) =>
    field(6, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(String(value)))])),
  );
  return Buffer.concat([...texts, ...facts]);
}

/** A length-delimited field of fewer than 16384 bytes. */
function field(number: number, bytes: Buffer): Buffer {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}
