/** The ways a sidecar can be reached, and how it is told to stop. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, jest, test } from "@jest/globals";
import { openBridge } from "../../sdk/src/transport/grpc-bridge.js";
import { startTestSidecar } from "../support/test-sidecar.js";

// A real sidecar on a machine that others use as well.
jest.setTimeout(180_000);

const clientVersion = "0.1.0";
const tlsFile = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));

// A unix socket is no good on Windows.
(process.platform === "win32" ? test.skip : test)(
  "a unix socket opens, and the sidecar stops when it is asked to",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "midblock-socket-"));
    const sidecar = await startTestSidecar({ listen: `unix:${join(folder, "sidecar.sock")}` });
    const exited = once(sidecar.process, "exit");
    const bridge = await openBridge({ address: sidecar.address, token: sidecar.token, clientVersion });
    expect(sidecar.address).toBe(`unix:${join(folder, "sidecar.sock")}`);
    expect(bridge.server.processId).toBe(sidecar.process.pid);
    await bridge.shutdown(1);
    expect(await exited).toEqual([0, null]);
    bridge.close();
    await sidecar.stop();
    await rm(folder, { recursive: true });
  },
);

test("TLS opens with the certificate, and not without", async () => {
  const files = ["--tls-certificate", tlsFile("certificate.pem"), "--tls-key", tlsFile("key.pem")];
  const sidecar = await startTestSidecar({ arguments: files });
  const { address, token } = sidecar;
  const tls = { rootCertificates: await readFile(tlsFile("certificate.pem")), serverName: "sidecar.test" };
  const bridge = await openBridge({ address, token, clientVersion, tls });
  expect(bridge.server.processId).toBe(sidecar.process.pid);
  bridge.close();
  await expect(openBridge({ address, token, clientVersion })).rejects.toMatchObject({ code: "connection-failed" });
  const stranger = openBridge({ address, token: "wrong", clientVersion, tls });
  await expect(stranger).rejects.toMatchObject({ code: "unauthenticated" });
  await sidecar.stop();
});
