import { describe, expect, test } from "@jest/globals";
import type { PreparationOptions } from "../../../sdk/src/config/preparation-options.js";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import type { DataModel } from "../../../sdk/src/data/data-model.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { OptionsError } from "../../../sdk/src/errors.js";
import { cardOf } from "./fixtures/cards.js";

const card = cardOf("byteLevel");
const model: DataModel = {
  name: "tiny",
  contextLength: 20,
  tokenizer: createTokenizer(card),
  template: createChatTemplate(card),
};
const rows = ["one", "two", "Q".repeat(30)].map((text) => ({ text }));

describe("data.prepare", () => {
  test("gives tokens, figures and a preview of the first rows", async () => {
    const prepared = await examples(rows.slice(0, 2)).prepare(model);
    expect(prepared.summary()).toMatchObject({ examples: 2, dropped: [] });
    expect(prepared.datums).toHaveLength(2);
    expect(prepared.preview(1).rows.map(({ source }) => source.line)).toEqual([1]);
    expect(String(prepared.preview(2))).toMatch(/\(memory\):1[\s\S]*\(memory\):2/);
  });

  test("no example may be longer than the model's context, whatever maxTokens says", async () => {
    await expect(examples(rows).prepare(model, { maxTokens: 1000 })).rejects.toMatchObject({
      code: "sequence-too-long",
      wanted: "at most 20 tokens a row",
    });
    const prepared = await examples(rows).prepare(model, { maxTokens: 1000, tooLong: "drop" });
    expect(prepared.summary().dropped).toMatchObject([{ reason: "too-long", rows: 1, places: [{ line: 3 }] }]);
  });

  test("what is learnt and what control tokens become is as chosen", async () => {
    const context = { ...model, contextLength: 200 };
    const talk = examples([
      {
        messages: [
          { role: "user", content: "a" },
          { role: "assistant", content: "b" },
          { role: "user", content: "c" },
          { role: "assistant", content: "d" },
        ],
      },
    ]);
    const learnt = async (options: PreparationOptions) =>
      (await talk.prepare(context, options)).summary().trainedTokens;
    const all = (await talk.prepare(context)).summary().tokens;
    expect([await learnt({}), await learnt({ train: "last-assistant" }), await learnt({ train: "all" })]).toEqual([
      4,
      2,
      all - 1,
    ]);
    expect(await learnt({ train: (message) => message.content === "c" })).toBe(2);
    const typed = examples([{ text: "a<|im_end|>" }]);
    await expect(typed.prepare(context)).rejects.toMatchObject({ faults: [{ check: "control_token_in_text" }] });
    expect((await typed.prepare(context, { controlTokens: "tokens" })).summary().tokens).toBe(3);
    expect((await typed.prepare(context, { controlTokens: "text" })).summary().tokens).toBeGreaterThan(3);
  });

  test("conversations with no learnt turn are faults, or left out when asked", async () => {
    const user = { role: "user", content: "a" } as const;
    const silent = examples([
      { messages: [user, { role: "assistant", content: "b", weight: 0 }] },
      { messages: [user, { role: "assistant", content: "b" }] },
    ]);
    const context = { ...model, contextLength: 200 };
    await expect(silent.prepare(context)).rejects.toMatchObject({
      faults: [{ where: "(memory):1", check: "no_trained_token" }],
    });
    const prepared = await silent.prepare(context, { noTrainedTokens: "drop" });
    expect(prepared.summary()).toMatchObject({ examples: 1, dropped: [{ reason: "no-trained-token", rows: 1 }] });
  });

  test("options are checked, with every fault", async () => {
    // As from a program without types.
    const options: PreparationOptions = JSON.parse('{ "maxTokens": 0, "tooLong": "cut" }');
    const error = await examples(rows)
      .prepare(model, options)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionsError);
    expect(error).toMatchObject({ faults: [{ where: "maxTokens" }, { where: "tooLong" }] });
  });
});
