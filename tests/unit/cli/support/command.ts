/** Runs the command as a shell would, with a tiny model's folder at hand. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { runCommand } from "../../../../sdk/src/cli/run-command.js";
import type { Surroundings } from "../../../../sdk/src/cli/surroundings.js";
import { cardOf } from "../../data/fixtures/cards.js";

/** Makes a folder with what data preparation reads of a model; `remove` takes it away. */
export async function modelFolder() {
  const folder = await mkdtemp(join(tmpdir(), "midblock-cli-"));
  const card = cardOf("byteLevel");
  const config = { vocab_size: card.vocabularySize, max_position_embeddings: 512, eos_token_id: null };
  await Promise.all([
    writeFile(join(folder, "tokenizer.json"), card.tokenizerJson),
    writeFile(join(folder, "tokenizer_config.json"), card.tokenizerConfigJson),
    writeFile(join(folder, "chat_template.jinja"), card.chatTemplate ?? ""),
    writeFile(join(folder, "config.json"), JSON.stringify(config)),
  ]);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** A stream whose text is kept; not a terminal. */
function written() {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  return { stream, text: () => text };
}

/** The exit code of a command line, and what it wrote. */
export async function run(commandLine: readonly string[], changes: Partial<Surroundings> = {}) {
  const [output, errors] = [written(), written()];
  const signal = new AbortController().signal;
  const streams = { output: output.stream, errors: errors.stream };
  const code = await runCommand(commandLine, { ...streams, onProgress: () => {}, colour: false, signal, ...changes });
  return { code, output: output.text(), errors: errors.text() };
}
