import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import { readModelFolder } from "../../../sdk/src/data/model-folder.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { ModelError } from "../../../sdk/src/errors.js";
import { cardOf } from "./fixtures/cards.js";

const card = cardOf("byteLevel");
const config = { vocab_size: card.vocabularySize, max_position_embeddings: 512, eos_token_id: null };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-model-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
}

const model = {
  "tokenizer.json": card.tokenizerJson,
  "tokenizer_config.json": card.tokenizerConfigJson,
  "chat_template.jinja": card.chatTemplate ?? "",
  "config.json": config,
};

describe("a model's folder", () => {
  test("gives the tokens and conversations that the model card gives", async () => {
    await write(model);
    const read = await readModelFolder(folder);
    const text = "Hi there <|im_end|> €";
    expect(read.tokenizer.encode(text)).toEqual(createTokenizer(card).encode(text));
    expect(read.template.hash).toBe(createChatTemplate(card).hash);
    expect(read.contextLength).toBe(512);
    expect(read.tokenizer.vocabularySize).toBe(card.vocabularySize);
  });

  test("what ends a turn is found by the template, whatever the configs say", async () => {
    const turnEnd = createTokenizer(card).encode("<|im_end|>")[0];
    await write({ ...model, "generation_config.json": { eos_token_id: [0, 3] } });
    const { stopIds } = (await readModelFolder(folder)).tokenizer.special;
    expect([...stopIds]).toEqual(expect.arrayContaining([0, 3, turnEnd]));
  });

  test("older models keep the template in tokenizer_config.json, alone or named default in a list", async () => {
    const older = { ...JSON.parse(card.tokenizerConfigJson) };
    const { "chat_template.jinja": template, ...others } = model;
    for (const kept of [
      template,
      [
        { name: "rag", template: "no" },
        { name: "default", template },
      ],
    ]) {
      await write({ ...others, "tokenizer_config.json": { ...older, chat_template: kept } });
      expect((await readModelFolder(folder)).template.hash).toBe(createChatTemplate(card).hash);
    }
  });

  test("without a template, the stated plain one stands in", async () => {
    const { "chat_template.jinja": _, ...others } = model;
    const { chat_template: __, ...settings } = JSON.parse(card.tokenizerConfigJson);
    await write({ ...others, "tokenizer_config.json": settings });
    expect((await readModelFolder(folder)).template.origin).toBe("plain");
  });

  test("a missing or broken file is named", async () => {
    await write({ "config.json": config });
    const missing = await readModelFolder(folder).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(ModelError);
    expect(missing).toMatchObject({ code: "unsupported-model", message: expect.stringContaining("tokenizer.json") });
    await write({ ...model, "config.json": { ...config, vocab_size: "many" } });
    const broken = await readModelFolder(folder).catch((error: unknown) => error);
    expect(broken).toMatchObject({
      code: "model-load-failed",
      message: expect.stringMatching(/config\.json[\s\S]*vocab_size/),
    });
    await write({ ...model, "config.json": "{" });
    await expect(readModelFolder(folder)).rejects.toMatchObject({ code: "model-load-failed" });
  });
});
