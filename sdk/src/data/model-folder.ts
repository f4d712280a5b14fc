/** Reads what data preparation needs from a model's folder: no sidecar, no Python, no weights. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ModelError, TokenizerError } from "../errors.js";
import type { TextCard } from "../layers/model-card.js";
import { type ChatTemplate, createChatTemplate } from "./chat-template.js";
import type { DataModel } from "./data-model.js";
import { readSpecialTokens } from "./special-tokens.js";
import { createTokenizer } from "./tokenizer.js";

const ids = z
  .union([z.number().transform((id) => [id]), z.array(z.number()), z.null().transform(() => [])])
  .default([]);
const sizes = z.looseObject({
  vocab_size: z.number().int().positive(),
  max_position_embeddings: z.number().int().positive(),
  eos_token_id: ids,
});
/** Models that also see or hear keep the sizes of their language part apart. */
const modelConfig = z
  .looseObject({})
  .transform((config) => config["text_config"] ?? config)
  .pipe(sizes);
const generationConfig = z.looseObject({ eos_token_id: ids });
const tokenizerConfig = z.looseObject({
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});
const addedTokens = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string(), special: z.boolean() })).default([]),
});

/**
 * Reads tokenizer.json, tokenizer_config.json, chat_template.jinja, config.json and generation_config.json of a folder.
 *
 * A sidecar's card proves that its tokenizer gives the same ids; a folder alone can't, so that proof waits until the model
 * is launched. Throws ModelError "unsupported-model" where a file is missing, "model-load-failed" where one is broken, and
 * TokenizerError where its tokenizer can't be followed exactly.
 */
export async function readModelFolder(folder: string): Promise<DataModel> {
  const read = (name: string) => textOf(join(folder, name));
  const [tokenizerJson, tokenizerConfigJson, separateTemplate] = await Promise.all([
    read("tokenizer.json"),
    read("tokenizer_config.json"),
    read("chat_template.jinja"),
  ]);
  if (tokenizerJson === undefined) throw missing(folder, "tokenizer.json");
  const config = await parsed(folder, "config.json", modelConfig);
  if (config === undefined) throw missing(folder, "config.json");
  const generation = await parsed(folder, "generation_config.json", generationConfig);
  const settings = await parsed(folder, "tokenizer_config.json", tokenizerConfig);
  const card: TextCard = {
    name: folder,
    vocabularySize: config.vocab_size,
    specialTokens: {
      bosId: undefined,
      eosIds: [...(generation?.eos_token_id ?? []), ...config.eos_token_id],
      padId: undefined,
    },
    tokenizerJson,
    tokenizerConfigJson: tokenizerConfigJson ?? "",
    chatTemplate: separateTemplate ?? namedDefault(settings?.chat_template ?? undefined),
    tokenizerProbe: { text: "", tokenIds: [] },
    templateProbe: undefined,
  };
  const template = createChatTemplate(card);
  const tokenizer = createTokenizer({
    ...card,
    specialTokens: { ...card.specialTokens, eosIds: endsOf(card, template) },
  });
  return { name: folder, contextLength: config.max_position_embeddings, tokenizer, template };
}

/** Ids that end a generation, found where the sidecar finds them: configs, tokenizer, and what the template ends a reply with. */
function endsOf(card: TextCard, template: ChatTemplate): readonly number[] {
  const { added_tokens: added } = addedTokens.parse(JSON.parse(card.tokenizerJson));
  const end = readSpecialTokens(card).byName.eos_token;
  const ofTokenizer = added.filter(({ content }) => content === end).map(({ id }) => id);
  const after = card.chatTemplate === undefined ? "" : afterReply(template);
  const ofTurn = added
    .filter(({ content, special }) => special && after.startsWith(content))
    .sort((left, right) => right.content.length - left.content.length)
    .slice(0, 1);
  return [...new Set([...card.specialTokens.eosIds, ...ofTokenizer, ...ofTurn.map(({ id }) => id)])];
}

/** What the template writes behind a reply; nothing where it refuses so plain a conversation. */
function afterReply(template: ChatTemplate): string {
  const mark = "midblock-reply-mark";
  try {
    const question = { role: "user", content: "question" } as const;
    const rendered = template.render([question, { role: "assistant", content: mark }], { addGenerationPrompt: false });
    return rendered.slice(rendered.lastIndexOf(mark) + mark.length).trimStart();
  } catch (error) {
    if (error instanceof TokenizerError) return "";
    throw error;
  }
}

function namedDefault(template: z.infer<typeof tokenizerConfig>["chat_template"]): string | undefined {
  if (template === null || template === undefined || typeof template === "string") return template ?? undefined;
  return template.find(({ name }) => name === "default")?.template;
}

async function parsed<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await textOf(join(folder, name));
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ModelError({
      code: "model-load-failed",
      what: `The file ${join(folder, name)} can't be read.`,
      found: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
      wanted: "the file as the model's makers wrote it",
      nextStep: "get it again from the model's origin",
      cause,
    });
  }
}

async function textOf(path: string): Promise<string | undefined> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? readFile(path, "utf8") : undefined;
}

function missing(folder: string, name: string): ModelError {
  return new ModelError({
    code: "unsupported-model",
    what: `The folder ${folder} has no ${name}.`,
    wanted: "a model's folder with tokenizer.json and config.json",
    nextStep: "name the folder of a model, or launch the model: the sidecar also reads older forms of a tokenizer",
  });
}
