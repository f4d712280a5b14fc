/** What a user of the published package writes in JavaScript. Argument: model folder. */
import { Client } from "midblock";

const client = await Client.launch({ model: process.argv[2], device: "cpu", dtype: "float32", threads: 1 });
for await (const answer of client.generate(["How many apples"], { maxNewTokens: 4 }))
  console.log(JSON.stringify(answer));
await client.close();
