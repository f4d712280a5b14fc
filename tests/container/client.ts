/** The client on the host: connects to the sidecar in the container by TLS, trains, and saves what came out. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client, jsonl, lora } from "midblock";

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run.sh sets it`);
  return value;
}

await using client = await Client.connect({
  address: variable("MIDBLOCK_ADDRESS"),
  token: variable("MIDBLOCK_TOKEN"),
  tls: { rootCertificates: readFileSync(variable("MIDBLOCK_CERTIFICATE")) },
});
const data = jsonl(fileURLToPath(new URL("../../examples/data/train.jsonl", import.meta.url)));
const run = await client.finetune({ data, method: lora({ rank: 2 }), maxSteps: 3, retention: false });
const result = await run.result();
await result.save(variable("MIDBLOCK_OUTPUT"));
console.log(`loss ${result.report.steps.map(({ loss }) => loss.toFixed(3)).join(" ")}`);
