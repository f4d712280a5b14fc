/** What a user of the published package writes in TypeScript. Arguments: model folder, and a folder for the result. */
import { Client, examples, type FinetuneResult, lora, midBlock, type RunEvent } from "midblock";

const [model = "", output = ""] = process.argv.slice(2);
await using client = await Client.launch({ model, device: "cpu", dtype: "float32", threads: 1 });
const run = await client.finetune({
  data: examples([
    { prompt: "How many apples are left? ", completion: "7" },
    {
      messages: [
        { role: "user", content: "kettle" },
        { role: "assistant", content: "leaks" },
      ],
    },
  ]),
  layers: midBlock(),
  method: lora({ rank: 4 }),
  retention: false,
  batchSize: 1,
  maxSteps: 2,
});
const types: RunEvent["type"][] = [];
for await (const event of run) types.push(event.type);
const result: FinetuneResult = await run.result();
await result.save(output);
console.log(JSON.stringify({ types, blocks: client.modelCard.blockCount, runId: result.runId }));
