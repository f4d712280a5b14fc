/** Files from the wire: whole and hashed, or not there at all. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { saveArtifacts } from "../../../sdk/src/runs/save-artifacts.js";
import type { ArtifactPart, Bridge } from "../../../sdk/src/transport/bridge.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-artifacts-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function sending(...parts: readonly ArtifactPart[]): Bridge {
  const bridge: Pick<Bridge, "fetchArtifacts"> = {
    fetchArtifacts: async function* () {
      yield* parts;
    },
  };
  return bridge as Bridge;
}

function header(path: string, content: string): ArtifactPart {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { kind: "header", path, bytes: content.length, sha256 };
}

function chunk(text: string): ArtifactPart {
  return { kind: "chunk", data: Buffer.from(text) };
}

describe("saveArtifacts", () => {
  test("writes each file from its chunks and tells what it wrote", async () => {
    const bridge = sending(header("a.json", "one two"), chunk("one"), chunk(" two"), header("sub/b.bin", ""));
    const saved = await saveArtifacts(bridge, "run", join(folder, "out"));
    expect(saved.map(({ path, bytes }) => [path, bytes])).toEqual([
      ["a.json", 7],
      ["sub/b.bin", 0],
    ]);
    expect(await readFile(join(folder, "out", "a.json"), "utf8")).toBe("one two");
    expect(await readFile(join(folder, "out", "sub", "b.bin"), "utf8")).toBe("");
  });

  test.each([
    ["too few bytes", [header("a.json", "one two"), chunk("one")]],
    ["other bytes", [header("a.json", "one two"), chunk("two one")]],
    ["too few bytes before the next file", [header("a.json", "one two"), chunk("one"), header("b.json", "")]],
  ])("refuses a file of %s, and leaves nothing of it", async (_, parts) => {
    await expect(saveArtifacts(sending(...parts), "run", folder)).rejects.toMatchObject({
      name: "BridgeError",
      code: "artifact-corrupt",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(["../outside.json", "sub/../../outside.json"])("refuses the path %s", async (path) => {
    const out = join(folder, "out");
    await expect(saveArtifacts(sending(header(path, "x"), chunk("x")), "run", out)).rejects.toMatchObject({
      code: "artifact-corrupt",
      found: "a path that leads out of the folder",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("leaves an earlier file as it is until the new one is whole", async () => {
    await saveArtifacts(sending(header("a.json", "old"), chunk("old")), "run", folder);
    await expect(saveArtifacts(sending(header("a.json", "new"), chunk("n")), "run", folder)).rejects.toThrow();
    expect(await readFile(join(folder, "a.json"), "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a.json"]);
  });
});
