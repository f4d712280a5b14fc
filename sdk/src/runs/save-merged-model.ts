/** Receives a run's merged model into a folder from which nothing else can then be loaded by mistake. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { OptionsError } from "../errors.js";
import type { ReportArtifact } from "../report/run-report.js";
import type { Bridge } from "../transport/bridge.js";
import { saveArtifacts } from "./save-artifacts.js";

const adapterConfig = "adapter_config.json";
const modelWeights = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;

/** Writes the whole model of a checkpoint; weights of an earlier, larger or smaller model are removed after it. */
export async function saveMergedModel(
  bridge: Bridge,
  runId: string,
  folder: string,
  options: { readonly step?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly ReportArtifact[]> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).includes(adapterConfig)) throw holdsAdapter(folder);
  const saved = await saveArtifacts(bridge, runId, folder, { ...options, form: "merged" });
  const written = new Set(saved.map(({ path }) => path));
  // Loaders take a single file before shards, whichever is newer.
  const stale = (await readdir(folder)).filter((name) => modelWeights.test(name) && !written.has(name));
  for (const name of stale) await rm(join(folder, name));
  return saved;
}

function holdsAdapter(folder: string): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: `The merged model can't be saved in "${folder}": loaders would apply the adapter there a second time.`,
    found: adapterConfig,
    wanted: "a folder without an adapter; it is made where it is missing",
    nextStep: `Save it in a folder of its own, such as "${join(folder, "merged")}".`,
  });
}
