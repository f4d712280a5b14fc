import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import type { Datum } from "../../../sdk/src/data/datum.js";
import type { ExampleRow } from "../../../sdk/src/data/example-row.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { prepareData } from "../../../sdk/src/data/prepare.js";
import { Preview } from "../../../sdk/src/data/preview.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { cardOf } from "./fixtures/cards.js";

const escapeCode = "\u001b";
const card = cardOf("byteLevel");
const tokenizer = createTokenizer(card);

async function previewOf(row: ExampleRow, kind: "byteLevel" | "sentence" = "byteLevel"): Promise<Preview> {
  const model = cardOf(kind);
  const own = createTokenizer(model);
  const options = { tokenizer: own, template: createChatTemplate(card), maxTokens: 512, tooLong: "error" } as const;
  return new Preview((await prepareData(examples([row]), options)).datums.first(1), own);
}

function datumOf(tokenIds: readonly number[], trained: (position: number) => boolean): Datum {
  const lossWeights = tokenIds.map((_, position) => (trained(position) ? 1 : 0));
  return { tokenIds, lossWeights, source: { file: "rows.jsonl", line: 3 } };
}

const chat: ExampleRow = {
  messages: [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello\nyou" },
  ],
};

describe("the labels of tokens", () => {
  test("the answer and its end are trained, other control tokens are template, the rest is context", async () => {
    const [row] = (await previewOf(chat)).rows;
    const texts = (label: string) =>
      row?.pieces
        .filter((piece) => piece.label === label)
        .map(({ text }) => text)
        .join("");
    expect(texts("trained")).toBe("Hello\nyou<|im_end|>");
    expect(texts("template")).toMatch(/^(<\|im_start\|>|<\|im_end\|>)+$/);
    expect(texts("context")).toContain("user\nHi");
    expect(row?.trainedTokens).toBe(
      row?.pieces.filter(({ label }) => label === "trained").flatMap((p) => p.tokenIds).length,
    );
  });

  test.each(["byteLevel", "sentence"] as const)("the pieces of %s together say the whole text", async (kind) => {
    const text = "  two spaces, wörld, 日本 and 🎉 end";
    const [row] = (await previewOf({ prompt: "", completion: text }, kind)).rows;
    const whole = row?.pieces.map((piece) => piece.text).join("") ?? "";
    expect(whole).toContain(text.trimStart());
    expect(row?.pieces.flatMap(({ tokenIds }) => tokenIds).length).toBe(row?.tokens);
  });

  test("bytes of one character are one piece, and bytes of none are shown as broken", () => {
    const euro = tokenizer.encode("€");
    expect(euro.length).toBeGreaterThan(1);
    const whole = new Preview([datumOf(euro, () => true)], tokenizer).rows[0];
    expect(whole?.pieces).toEqual([{ text: "€", tokenIds: euro, label: "trained", weight: 1 }]);
    const cut = new Preview([datumOf(euro.slice(0, -1), () => true)], tokenizer).rows[0];
    expect(cut?.pieces.map(({ text }) => text)).toEqual(euro.slice(0, -1).map(() => "\ufffd"));
  });

  test("a character that is learnt in part is not shown as learnt in whole", () => {
    const euro = tokenizer.encode("€");
    const row = new Preview([datumOf(euro, (position) => position > 0)], tokenizer).rows[0];
    expect(row?.pieces.map(({ label }) => label)).toEqual(euro.map((_, place) => (place > 0 ? "trained" : "context")));
  });
});

describe("for a terminal", () => {
  test("brackets without colour, each row by its place", async () => {
    const text = String(await previewOf(chat));
    expect(text).toContain("(memory):1  ");
    expect(text).toContain("⟦Hello↵⟧\n⟦you<|im_end|>⟧");
    expect(text).toContain("‹<|im_start|>›");
    expect(text).not.toContain(escapeCode);
  });

  test("console.log's own question for colours decides", async () => {
    const preview = await previewOf(chat);
    expect(inspect(preview, { colors: true })).toContain(`${escapeCode}[42m`);
    expect(inspect(preview, { colors: false })).toBe(String(preview));
  });

  test("what would steer the terminal is shown by its code", () => {
    const ids = tokenizer.encode("a\u001b[31mb\u202ec\r");
    const text = String(new Preview([datumOf(ids, () => true)], tokenizer));
    expect(text).toContain("a\\u{1b}[31mb\\u{202e}c\\u{d}");
    expect(text).not.toContain(escapeCode);
  });
});

describe("as a page", () => {
  test("text of the data can't become HTML, and nothing is asked of anyone", () => {
    const hostile = `</pre><script>alert(1)</script><img src=x onerror="alert(2)">`;
    const preview = new Preview([datumOf(tokenizer.encode(hostile), () => true)], tokenizer);
    const page = preview.toHtml(hostile);
    expect(page).not.toMatch(/<script|<img|onerror="/);
    expect(page.match(/<\/pre>/g)).toHaveLength(1);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(link|style|iframe|object|svg|meta http-equiv="refresh)[^>]+(src|href)=|url\(|@import/);
  });

  test("each token stands in a span with its label, weight and id", async () => {
    const preview = await previewOf(chat);
    const page = preview.toHtml();
    const [row] = preview.rows;
    expect(page.match(/<span class="token (trained|context|template)" title=/g)).toHaveLength(row?.pieces.length ?? 0);
    const trained = row?.pieces.find(({ label }) => label === "trained");
    expect(page).toContain(`title="trained, weight 1, token ${trained?.tokenIds.join(" + ")}"`);
  });
});
