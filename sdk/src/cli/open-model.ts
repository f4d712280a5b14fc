/** Gets what data preparation needs of a model: from its folder at once, else from a sidecar that loads it. */
import { stat } from "node:fs/promises";
import { Client, type DataModel, readModelFolder } from "../index.js";
import type { Surroundings } from "./surroundings.js";

/** Takes a folder, or whatever `Client.launch` takes: a built-in name, a GGUF file, a hub id. */
export async function openModel(model: string, { errors, onProgress, signal }: Surroundings): Promise<DataModel> {
  if (await isFolder(model)) return readModelFolder(model);
  await using client = await Client.launch({ model, signal, onProgress });
  errors.write(`Quicker next time, without starting the sidecar: --model ${client.modelCard.weightsFolder}\n`);
  return client.model;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
