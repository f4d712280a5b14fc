/** Opening: handshake, versions, tokens, TLS, and every way in which nobody answers. */

import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { ServerCredentials, status } from "@grpc/grpc-js";
import { describe, expect, test } from "@jest/globals";
import { protocolVersion } from "../../../sdk/src/transport/gen/contract.js";
import { openBridge } from "../../../sdk/src/transport/grpc-bridge.js";
import { defaultTimings } from "../../../sdk/src/transport/timings.js";
import { handshakeAnswer, handshakeWith, quickTimings } from "../../support/scripted-answers.js";
import { ScriptedFailure, startScriptedSidecar } from "../../support/scripted-sidecar.js";

const common = { token: "secret", clientVersion: "0.1.0" };
const fixture = (name: string) => readFileSync(new URL(`../../support/tls/${name}`, import.meta.url));

function shakingHands(answer: () => object) {
  return { unary: { "Control/Handshake": () => ({ ...answer() }) } };
}

describe("versions", () => {
  test.each([
    ["newer", protocolVersion + 1, "client", "npm install midblock@0.9.1"],
    ["older", protocolVersion - 1, "sidecar", "pip install --upgrade midblock-server==0.1.0"],
  ])("refuses a %s protocol and says which side to upgrade", async (_, version, side, command) => {
    const sidecar = await startScriptedSidecar(shakingHands(() => ({ ...handshakeAnswer, protocol_version: version })));
    const opening = openBridge({ ...common, address: sidecar.address });
    await expect(opening).rejects.toMatchObject({
      name: "BridgeError",
      code: "protocol-mismatch",
      facts: { upgrade: side },
      nextStep: expect.stringContaining(command),
    });
    sidecar.stop();
  });

  test("accepts another digest with the same version, and shows it", async () => {
    const sidecar = await startScriptedSidecar(shakingHands(() => ({ ...handshakeAnswer, contract_digest: "other" })));
    const bridge = await openBridge({ ...common, address: sidecar.address });
    expect(bridge.server.contractDigest).toBe("other");
    bridge.close();
    sidecar.stop();
  });

  test.each([
    ["no limits", { limits: undefined }, "limits"],
    ["no heartbeats", handshakeWith({ heartbeat_seconds: 0 }), "heartbeat_seconds"],
    ["a number that is too large", handshakeWith({ max_dataset_bytes: "9007199254740992" }), "max_dataset_bytes"],
  ])("refuses an answer with %s", async (_, change, field) => {
    const sidecar = await startScriptedSidecar(shakingHands(() => ({ ...handshakeAnswer, ...change })));
    const opening = openBridge({ ...common, address: sidecar.address });
    await expect(opening).rejects.toMatchObject({ code: "call-failed", message: expect.stringContaining(field) });
    sidecar.stop();
  });
});

describe("peers that do not let us in", () => {
  test("nobody listens", async () => {
    const sidecar = await startScriptedSidecar({});
    sidecar.stop();
    await expect(openBridge({ ...common, address: sidecar.address })).rejects.toMatchObject({
      name: "BridgeError",
      code: "connection-failed",
      found: expect.stringContaining("ECONNREFUSED"),
      message: expect.stringContaining(sidecar.address),
    });
  });

  test("no socket file", async () => {
    const opening = openBridge({ ...common, address: "unix:/nowhere/midblock.sock" });
    await expect(opening).rejects.toMatchObject({
      code: "connection-failed",
      found: expect.stringContaining("ENOENT"),
    });
  });

  test("a wrong token", async () => {
    const refuse = () => {
      throw new ScriptedFailure(status.UNAUTHENTICATED, "no");
    };
    const sidecar = await startScriptedSidecar({ unary: { "Control/Handshake": refuse } });
    const opening = openBridge({ ...common, address: sidecar.address });
    await expect(opening).rejects.toMatchObject({ name: "BridgeError", code: "unauthenticated" });
    sidecar.stop();
  });

  test("a gRPC server of another kind", async () => {
    const sidecar = await startScriptedSidecar({});
    const opening = openBridge({ ...common, address: sidecar.address });
    await expect(opening).rejects.toMatchObject({
      code: "call-failed",
      message: expect.stringContaining("does not know Control.Handshake"),
    });
    sidecar.stop();
  });

  test("a peer that accepts the connection and says nothing", async () => {
    const { server, address, sockets } = await silentPeer();
    const timings = { ...defaultTimings, handshakeMilliseconds: 100 };
    await expect(openBridge({ ...common, address }, timings)).rejects.toMatchObject({
      name: "BridgeError",
      code: "deadline-exceeded",
      message: expect.stringContaining(address),
    });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test("the caller's signal stops the wait", async () => {
    const { server, address, sockets, connected } = await silentPeer();
    const cancelling = new AbortController();
    const opening = openBridge({ ...common, address, signal: cancelling.signal });
    const outcome = expect(opening).rejects.toMatchObject({
      name: "CancelledError",
      code: "cancelled",
      cause: "enough",
    });
    await connected;
    cancelling.abort("enough");
    await outcome;
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test("a signal that fired before stops it at once", async () => {
    const opening = openBridge({ ...common, address: "127.0.0.1:1", signal: AbortSignal.abort() });
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("addresses", () => {
  test.each(["", "localhost", "http://localhost:80", "localhost:0", "localhost:70000", "unix:relative", "[1.2.3.4]:5"])(
    "does not accept %j",
    async (address) => {
      const opening = openBridge({ ...common, address, tls: {} });
      await expect(opening).rejects.toMatchObject({ name: "OptionsError", code: "invalid-options" });
    },
  );

  test.each(["example.org:443", "10.0.0.1:50051", "[2001:db8::1]:50051", "127.evil.example:1"])(
    "does not send a token in the clear to %s",
    async (address) => {
      const opening = openBridge({ ...common, address });
      await expect(opening).rejects.toMatchObject({
        name: "OptionsError",
        message: expect.stringContaining("token would travel readable"),
      });
    },
  );

  test.each(["localhost", "127.0.0.1", "127.1.2.3"])("takes %s for this machine", async (host) => {
    const sidecar = await startScriptedSidecar(shakingHands(() => handshakeAnswer));
    // Whether the system routes all of 127/8 or not, the token is not what stops it.
    const code = await openBridge({ ...common, address: `${host}:${sidecar.port}` }).then(
      (bridge) => {
        bridge.close();
        return "opened";
      },
      (error) => error.code,
    );
    expect(["opened", "connection-failed"]).toContain(code);
    sidecar.stop();
  });
});

describe("tls", () => {
  const startWithTls = () =>
    startScriptedSidecar(
      shakingHands(() => handshakeAnswer),
      {
        credentials: ServerCredentials.createSsl(null, [
          { private_key: fixture("key.pem"), cert_chain: fixture("certificate.pem") },
        ]),
      },
    );

  test.each([
    ["text", fixture("certificate.pem").toString()],
    ["bytes", new Uint8Array(fixture("certificate.pem"))],
  ])("opens with the certificate to trust as %s", async (_, rootCertificates) => {
    const sidecar = await startWithTls();
    const tls = { rootCertificates, serverName: "sidecar.test" };
    const bridge = await openBridge({ ...common, address: sidecar.address, tls });
    expect(bridge.server.serverVersion).toBe("0.9.1");
    bridge.close();
    sidecar.stop();
  });

  test.each([
    ["a certificate that nobody vouches for", { serverName: "sidecar.test" }, /self.signed/],
    [
      "a certificate for another name",
      { rootCertificates: fixture("certificate.pem"), serverName: "other.test" },
      /altnames/,
    ],
  ])("does not open with %s", async (_, tls, found) => {
    const sidecar = await startWithTls();
    const opening = openBridge({ ...common, address: sidecar.address, tls });
    await expect(opening).rejects.toMatchObject({
      code: "connection-failed",
      found: expect.stringMatching(found),
    });
    sidecar.stop();
  });

  test("does not open without tls where the sidecar wants it", async () => {
    const sidecar = await startWithTls();
    await expect(openBridge({ ...common, address: sidecar.address }, quickTimings)).rejects.toMatchObject({
      code: "connection-failed",
      nextStep: expect.stringContaining("TLS"),
    });
    sidecar.stop();
  });
});

async function silentPeer() {
  const sockets: Socket[] = [];
  let connect: () => void = () => {};
  const connected = new Promise<void>((resolve) => {
    connect = resolve;
  });
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    connect();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return { server, sockets, connected, address: `127.0.0.1:${bound.port}` };
}
