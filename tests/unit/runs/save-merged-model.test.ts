/** A merged model on disk: alone in its folder, so that loaders find it and nothing else. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { saveMergedModel } from "../../../sdk/src/runs/save-merged-model.js";
import type { ArtifactPart, Bridge } from "../../../sdk/src/transport/bridge.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-merged-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function sending(forms: (string | undefined)[]): Bridge {
  const bridge: Pick<Bridge, "fetchArtifacts"> = {
    fetchArtifacts: async function* (_runId, _step, _signal, form) {
      forms.push(form);
      yield { kind: "chunk", data: new Uint8Array(0) };
      for (const path of ["config.json", "model.safetensors"]) yield* file(path);
    },
  };
  return bridge as Bridge;
}

function* file(path: string): Generator<ArtifactPart> {
  yield { kind: "header", path, bytes: path.length, sha256: createHash("sha256").update(path).digest("hex") };
  yield { kind: "chunk", data: Buffer.from(path) };
}

describe("saveMergedModel", () => {
  test("asks for the merged form, and removes the shards of an earlier model alone", async () => {
    const earlier = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    for (const name of [...earlier, "model.safetensors.index.json", "delta.safetensors", "notes.txt"]) {
      await writeFile(join(folder, name), "old");
    }
    const forms: (string | undefined)[] = [];
    const saved = await saveMergedModel(sending(forms), "run", folder);
    expect(forms).toEqual(["merged"]);
    expect(saved.map(({ path }) => path)).toEqual(["config.json", "model.safetensors"]);
    expect((await readdir(folder)).sort()).toEqual([
      "config.json",
      "delta.safetensors",
      "model.safetensors",
      "notes.txt",
    ]);
  });

  test("refuses the folder of an adapter before anything is asked for", async () => {
    await writeFile(join(folder, "adapter_config.json"), "{}");
    const forms: (string | undefined)[] = [];
    await expect(saveMergedModel(sending(forms), "run", folder)).rejects.toMatchObject({
      name: "OptionsError",
      code: "invalid-options",
      found: "adapter_config.json",
    });
    expect(forms).toEqual([]);
    expect(await readdir(folder)).toEqual(["adapter_config.json"]);
  });

  test("makes the folder where it is missing", async () => {
    await saveMergedModel(sending([]), "run", join(folder, "new", "model"));
    expect((await readdir(join(folder, "new", "model"))).sort()).toEqual(["config.json", "model.safetensors"]);
  });
});
