/**
 * How well a preflight predicts the peak memory of the run that follows, on the built-in model. Run by
 * `npm run bench:preflight`; prints a table and, last, one JSON line. Each figure is predicted over reached, so 1 is
 * exact; above 1 the preflight was careful. Every configuration gets a sidecar of its own.
 */
import { allBlocks, Client, examples, fullWeights, lora, midBlock, packageVersion } from "midblock";
import { createRandom } from "../../sdk/src/random.js";
import { benchLine } from "./median.js";

const band = { layers: midBlock(), method: lora(), maxMicroBatchTokens: 1024, retention: false };
const configurations = {
  lora_band: band,
  full_weights_band: { ...band, method: fullWeights() },
  uniform_lora: { ...band, layers: allBlocks() },
  small_micro_batches: { ...band, maxMicroBatchTokens: 256 },
};
const shared = { batchSize: 6, maxSteps: 4, seed: 0, prefixCache: { memoryBytes: 0, diskBytes: 0 } };

const rows = Array.from({ length: 24 }, (_, row) => {
  const random = createRandom(row);
  const words = Array.from({ length: 20 + random.below(80) }, () => random.below(1000));
  return { prompt: `Add up ${words.join(" ")}.`, completion: String(words.reduce((sum, word) => sum + word, 0)) };
});

const ratios: Record<string, number[]> = {};
let versions: Readonly<Record<string, string>> = {};
console.log(
  `${"".padEnd(22)}${["predicted MB", "reached MB", "ratio", "preflight s"].map((h) => h.padStart(14)).join("")}`,
);
for (const [name, configuration] of Object.entries(configurations)) {
  await using client = await Client.launch({ model: "smollm2-135m-instruct", dtype: "float32" });
  versions = client.server.packageVersions;
  const options = { ...shared, ...configuration, data: examples(rows) };
  const startedAt = performance.now();
  const { peakBytes } = await client.preflight(options);
  const seconds = (performance.now() - startedAt) / 1000;
  const run = await client.finetune(options);
  const { report } = await run.result();
  const reached = Math.max(...report.steps.map((step) => step.peakMemoryBytes));
  ratios[name] = [peakBytes / reached];
  const cells = [(peakBytes / 1e6).toFixed(0), (reached / 1e6).toFixed(0), (peakBytes / reached).toFixed(3)];
  console.log(`${name.padEnd(22)}${[...cells, seconds.toFixed(1)].map((cell) => cell.padStart(14)).join("")}`);
}
console.log(benchLine("preflight", ratios, { midblock: packageVersion, ...versions }));
