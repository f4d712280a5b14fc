import { describe, expect, jest, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { dayOf, isDay, noonOf } from "../../../sdk/src/data/template-date.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { cardOf } from "./fixtures/cards.js";

test.each([
  ["2026-03-14", true],
  ["2024-02-29", true],
  ["2026-02-29", false],
  ["2026-13-01", false],
  ["2026-3-1", false],
  ["14 March 2026", false],
])("%s is a day: %p", (text, holds) => {
  expect(isDay(text)).toBe(holds);
});

test("the day of its noon is the day", () => {
  expect(dayOf(noonOf("2026-03-04"))).toBe("2026-03-04");
  expect(dayOf(new Date(2026, 0, 9, 23, 59))).toBe("2026-01-09");
});

describe("data for a template that writes the date", () => {
  const chatTemplate =
    "{{ strftime_now('%d %b %Y') }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ '</s>' }}{% endfor %}";
  const card = cardOf("byteLevel", { chatTemplate });
  const model = {
    name: "tiny",
    contextLength: 512,
    tokenizer: createTokenizer(card),
    template: createChatTemplate(card),
  };
  const rows = examples([
    {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
    },
  ]);
  const prepareOn = async (today: Date, date?: string) => {
    jest.useFakeTimers({ now: today, doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "setTimeout"] });
    try {
      const prepared = await rows.prepare(model, { date });
      return { text: model.tokenizer.decode(prepared.datums.at(0)?.tokenIds ?? []), date: prepared.settings.date };
    } finally {
      jest.useRealTimers();
    }
  };

  test("is the same whatever day it is prepared on, and says which day it wrote", async () => {
    const today = await prepareOn(new Date(2026, 2, 14));
    expect(today.text).toMatch(/^26 Jul 2024/);
    expect(today.date).toBe("2024-07-26");
    expect(await prepareOn(new Date(2026, 2, 15))).toEqual(today);
  });

  test("has the day that was chosen", async () => {
    const chosen = await prepareOn(new Date(2026, 2, 14), "2025-12-31");
    expect(chosen.text).toMatch(/^31 Dec 2025/);
    expect(chosen.date).toBe("2025-12-31");
  });

  test("can't have a day that there is not", async () => {
    await expect(rows.prepare(model, { date: "2026-02-30" })).rejects.toMatchObject({
      code: "invalid-options",
      faults: [{ where: "date", found: '"2026-02-30"' }],
    });
  });
});
