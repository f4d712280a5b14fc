import { expect, test } from "@jest/globals";
import { readRequirements } from "../../../sdk/src/sidecar/bundled-requirements.js";
import { serverBridgeFolder } from "../../../sdk/src/sidecar/server-bridge.js";

test("reads the package's own requirements, torch among them, each in a form that can be checked", async () => {
  const { requirements, constraints } = await readRequirements(serverBridgeFolder(), []);
  expect(requirements.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["torch", "transformers", "peft", "grpcio"]),
  );
  expect(constraints).toMatch(/^torch==/m);
});

test("adds the extras that are asked for", async () => {
  const names = async (extras: string[]) =>
    (await readRequirements(serverBridgeFolder(), extras)).requirements.map(({ name }) => name);
  expect(await names([])).not.toContain("pytest");
  expect(await names(["dev"])).toContain("pytest");
  await expect(names(["nonesuch"])).rejects.toThrow("nonesuch");
});
