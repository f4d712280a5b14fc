import { describe, expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import type { ExampleRow } from "../../../sdk/src/data/example-row.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { type PreparedData, type PrepareOptions, prepareData } from "../../../sdk/src/data/prepare.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { CancelledError, DataError, TokenizerError } from "../../../sdk/src/errors.js";
import type { ModelCard } from "../../../sdk/src/layers/model-card.js";
import { cardOf } from "./fixtures/cards.js";

async function prepare(
  rows: readonly ExampleRow[],
  changes: Partial<PrepareOptions> = {},
  card: Partial<ModelCard> = {},
): Promise<PreparedData> {
  const model = cardOf("byteLevel", card);
  const options = { tokenizer: createTokenizer(model), template: createChatTemplate(model), maxTokens: 512 };
  return prepareData(examples(rows), { ...options, tooLong: "error", ...changes });
}

/** A text of exactly this many tokens, its end token included: a euro sign is three tokens of the test's tokenizer, Q is one. */
function rowOf(tokens: number): ExampleRow {
  return { text: "€".repeat(Math.floor((tokens - 1) / 3)) + "Q".repeat((tokens - 1) % 3) };
}

describe("prepareData", () => {
  test("counts what it made", async () => {
    const prepared = await prepare([rowOf(4), rowOf(7), rowOf(70)]);
    expect(prepared.datums.lengths).toEqual([4, 7, 70]);
    expect(prepared.summary).toEqual({
      rows: 3,
      examples: 3,
      tokens: 81,
      trainedTokens: 78,
      trainedShare: 78 / 81,
      longest: 70,
      maxTokens: 512,
      dropped: [],
      cut: [],
      keptControlTexts: 0,
      duplicates: { exact: 0, normalised: 0, places: [] },
      contamination: [],
      histogram: [
        { from: 1, to: 64, examples: 2 },
        { from: 65, to: 128, examples: 1 },
      ],
    });
    expect(prepared.contentHash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("counts texts of control tokens that were read as text", async () => {
    const end = "<|im_end|>";
    const chat = {
      messages: [
        { role: "user", content: `${end} and ${end}?` },
        { role: "assistant", content: "Marks." },
      ],
    } as const;
    const raw = { text: `A ${end} here` };
    expect((await prepare([chat])).summary.keptControlTexts).toBe(2);
    expect((await prepare([chat, raw], { controlTokens: "text" })).summary.keptControlTexts).toBe(3);
    expect((await prepare([chat, raw], { controlTokens: "tokens" })).summary.keptControlTexts).toBe(0);
  });

  test("hashes content: not the order of keys, but the order of rows", async () => {
    const hashOf = async (...rows: readonly ExampleRow[]) => (await prepare(rows)).contentHash;
    const hash = await hashOf({ text: "a" }, { prompt: "a", completion: "b" });
    expect(await hashOf({ text: "a" }, { completion: "b", prompt: "a" })).toBe(hash);
    expect(await hashOf({ prompt: "a", completion: "b" }, { text: "a" })).not.toBe(hash);
  });

  test("takes a row that is exactly as long as the limit", async () => {
    expect((await prepare([rowOf(10)], { maxTokens: 10 })).summary.examples).toBe(1);
  });

  test("refuses longer rows: each by name, with the histogram and the limit that would fit", async () => {
    const error = await prepare([rowOf(4), rowOf(11), rowOf(70)], { maxTokens: 10 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({
      code: "sequence-too-long",
      faults: [
        { where: "(memory):2", found: "11 tokens" },
        { where: "(memory):3", found: "70 tokens" },
      ],
    });
    expect(String(error)).toContain("2 of 3 rows are longer than 10 tokens");
    expect(String(error)).toContain("1-64: 2, 65-128: 1");
    expect(String(error)).toContain("maxTokens: 70");
  });

  test("drops longer rows where it is asked to, and counts them", async () => {
    const prepared = await prepare([rowOf(4), rowOf(11)], { maxTokens: 10, tooLong: "drop" });
    expect(prepared.summary).toMatchObject({ examples: 1, tokens: 4, longest: 4 });
    const places = [{ file: "(memory)", line: 2 }];
    expect(prepared.summary.dropped).toEqual([{ reason: "too-long", rows: 1, tokens: 11, trainedTokens: 10, places }]);
  });

  test("refuses to go on with nothing left", async () => {
    const dropping = prepare([rowOf(11)], { maxTokens: 10, tooLong: "drop" });
    await expect(dropping).rejects.toThrow(/No example is left[\s\S]*1 rows left out as too-long/);
  });

  test("reports every row that holds a control token", async () => {
    const rows = [{ text: "a<|im_end|>" }, { text: "fine" }, { text: "<|im_start|>" }];
    await expect(prepare(rows)).rejects.toMatchObject({
      code: "invalid-data",
      faults: [{ where: "(memory):1 text" }, { where: "(memory):3 text" }],
    });
  });

  test("reports every row that the template fails on", async () => {
    const chatTemplate = "{{ raise_exception('not today') }}";
    const messages = [{ role: "assistant", content: "a" } as const];
    const failing = prepare([{ messages }, { text: "a" }, { messages }], {}, { chatTemplate });
    await expect(failing).rejects.toThrow(TokenizerError);
    await expect(failing).rejects.toMatchObject({
      code: "chat-template",
      faults: [{ where: "(memory):1", found: "not today" }, { where: "(memory):3" }],
    });
  });

  test("stops on the signal between two rows", async () => {
    const controller = new AbortController();
    const preparing = prepare(
      Array.from({ length: 200 }, () => rowOf(5)),
      { signal: controller.signal },
    );
    const seen = preparing.catch((thrown: unknown) => thrown);
    controller.abort();
    expect(await seen).toBeInstanceOf(CancelledError);
  });

  test("a conversation without an assistant is a fault where it teaches nothing, and only there", async () => {
    const messages = [{ role: "user", content: "Hi" } as const];
    const prepared = await prepare([{ messages }], { train: (message) => message.role === "user" });
    expect(prepared.summary).toMatchObject({ examples: 1, trainedTokens: expect.any(Number) });
    expect((await prepare([{ messages }], { train: "all" })).summary.trainedTokens).toBeGreaterThan(0);
    await expect(prepare([{ messages }], { train: () => false })).rejects.toMatchObject({
      faults: [{ check: "no_trained_token" }],
    });
    await expect(prepare([{ messages }])).rejects.toMatchObject({
      faults: [{ check: "example_missing_assistant_message" }],
    });
  });

  test("takes ready tokens; only the first token's weight becomes 0", async () => {
    const prepared = await prepare([{ tokenIds: [5, 6, 7], lossWeights: [1, 0, 0.5] }]);
    expect([...prepared.datums]).toEqual([
      { tokenIds: [5, 6, 7], lossWeights: [0, 0, 0.5], source: { file: "(memory)", line: 1 } },
    ]);
  });

  test("refuses ready tokens that the model has not, or that teach nothing", async () => {
    const tokenIds = [5, 1_000_000];
    const rows = [
      { tokenIds, lossWeights: [0, 1] },
      { tokenIds: [5, 6], lossWeights: [1, 0] },
    ];
    await expect(prepare(rows)).rejects.toMatchObject({
      faults: [
        { where: "(memory):1 tokenIds[1]", check: "token_id_range" },
        { where: "(memory):2", check: "no_trained_token" },
      ],
    });
  });

  test("reports rows that are no examples beside those that can't be encoded", async () => {
    const rows: ExampleRow[] = JSON.parse('[{"text": 5}, {"text": "a<|im_end|>"}, {"text": "fine"}]');
    await expect(prepare(rows)).rejects.toMatchObject({
      code: "invalid-data",
      faults: [{ check: "missing_text" }, { check: "control_token_in_text" }],
    });
  });
});

describe("rows that are too long, kept in part", () => {
  const long = { prompt: "Q".repeat(8), completion: "QQQ" };

  test("cut at the end: the beginning stays, without an end token, and what is lost is counted", async () => {
    const { datums, summary } = await prepare([{ text: "Q".repeat(15) }], { maxTokens: 10, tooLong: "truncate-end" });
    const whole = await prepare([{ text: "Q".repeat(15) }]);
    expect(datums.at(0)?.tokenIds).toEqual(whole.datums.at(0)?.tokenIds.slice(0, 10));
    expect(summary.cut).toMatchObject([{ reason: "truncate-end", rows: 1, tokens: 6, trainedTokens: 6 }]);
  });

  test("cut at the start: the end stays, and its first token is no longer learnt", async () => {
    const { datums, summary } = await prepare([long], { maxTokens: 10, tooLong: "truncate-start" });
    const whole = await prepare([long]);
    expect(datums.at(0)?.tokenIds).toEqual(whole.datums.at(0)?.tokenIds.slice(-10));
    expect(datums.at(0)?.lossWeights).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(summary.cut).toMatchObject([{ reason: "truncate-start", tokens: 2, trainedTokens: 0 }]);
  });

  test("a row that is cut down to its prompt is an error that says so", async () => {
    await expect(prepare([{ text: "fine" }, long], { maxTokens: 8, tooLong: "truncate-end" })).rejects.toMatchObject({
      code: "invalid-data",
      faults: [{ where: "(memory):2", problem: expect.stringContaining("cut"), check: "no_trained_token" }],
    });
  });

  test("or is left out where that is asked for, and counted as that alone", async () => {
    const options = { maxTokens: 8, tooLong: "truncate-end", noTrainedTokens: "drop" } as const;
    const { summary } = await prepare([{ text: "fine" }, long], options);
    expect(summary.dropped).toMatchObject([{ reason: "no-trained-token", rows: 1, tokens: 12, trainedTokens: 4 }]);
    expect(summary).toMatchObject({ rows: 2, examples: 1, cut: [] });
  });

  test("split: parts that teach nothing are left out, and the first token of a later part is context", async () => {
    const { datums, summary } = await prepare([{ ...long, completion: "Q".repeat(9) }], {
      maxTokens: 6,
      tooLong: "split",
    });
    expect(Array.from(datums).map(({ lossWeights }) => lossWeights)).toEqual([
      [0, 0, 1, 1, 1, 1],
      [0, 1, 1, 1, 1, 1],
    ]);
    expect(summary).toMatchObject({ rows: 1, examples: 2 });
    expect(summary.cut).toMatchObject([{ reason: "split", rows: 1, tokens: 6, trainedTokens: 1 }]);
  });

  test("rows that are wrong and rows that are too long are told together", async () => {
    const rows: ExampleRow[] = JSON.parse(`[{"text": 5}, {"text": "${"Q".repeat(20)}"}]`);
    await expect(prepare(rows, { maxTokens: 10 })).rejects.toMatchObject({
      code: "invalid-data",
      faults: [{ check: "missing_text" }, { check: "sequence_too_long" }],
    });
  });
});

describe("rows that repeat", () => {
  test("are counted, exactly equal and nearly so, with both places, and are trained on", async () => {
    const rows = [{ text: "One  two" }, { text: "three" }, { text: "One  two" }, { text: "one two\n" }];
    const { summary } = await prepare(rows);
    const at = (line: number) => ({ file: "(memory)", line });
    expect(summary.examples).toBe(4);
    expect(summary.duplicates).toEqual({
      exact: 1,
      normalised: 1,
      places: [
        { source: at(3), earlier: at(1), likeness: "exact" },
        { source: at(4), earlier: at(1), likeness: "normalised" },
      ],
    });
  });
});
