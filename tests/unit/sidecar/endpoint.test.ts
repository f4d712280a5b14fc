import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { makeEndpoint } from "../../../sdk/src/sidecar/endpoint.js";
import { removeFolder, temporaryFolder } from "./support/fake-server-bridge.js";

test("a socket lies in a folder that only this user can enter, and goes with it", async () => {
  const folder = await temporaryFolder();
  const endpoint = await makeEndpoint("linux", folder);
  const path = endpoint.listen.replace(/^unix:/, "");
  expect(endpoint.listen).toMatch(/^unix:\//);
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
  await endpoint.release();
  await expect(stat(dirname(path))).rejects.toMatchObject({ code: "ENOENT" });
  await removeFolder(folder);
});

test("a path too long for a socket, in bytes, gives a port on loopback", async () => {
  const longest = join("/tmp", "ä".repeat(40));
  expect((await makeEndpoint("linux", longest)).listen).toBe("127.0.0.1:0");
});

test("Windows gets a port on loopback", async () => {
  expect((await makeEndpoint("win32")).listen).toBe("127.0.0.1:0");
});

test("a temporary folder that is not there gives a port on loopback", async () => {
  expect((await makeEndpoint("linux", "/no/such/folder")).listen).toBe("127.0.0.1:0");
});
