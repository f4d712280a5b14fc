import { describe, expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import { describeContamination, type HeldOutTask } from "../../../sdk/src/data/contamination.js";
import type { DataModel } from "../../../sdk/src/data/data-model.js";
import type { Message } from "../../../sdk/src/data/datum.js";
import type { ExampleRow, MessageRow } from "../../../sdk/src/data/example-row.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { prepareDataset } from "../../../sdk/src/data/prepared-dataset.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";
import { jsonRecord } from "../../../sdk/src/evaluation/tasks/json-record.js";
import { cardOf } from "./fixtures/cards.js";

const card = cardOf("byteLevel");
const model: DataModel = {
  name: "tiny",
  contextLength: 512,
  tokenizer: createTokenizer(card),
  template: createChatTemplate(card),
};

interface Item {
  readonly prompt: readonly Message[] | string;
  readonly target: string;
}

function taskOf(items: readonly Item[]): HeldOutTask {
  return {
    kind: "generation",
    name: "questions",
    load: async () => items,
    prompt: (item: Item) => item.prompt,
    target: (item: Item) => item.target,
  };
}

async function shared(rows: readonly ExampleRow[], ...tasks: readonly HeldOutTask[]) {
  const prepared = await prepareDataset(examples(rows), model, {});
  return (await prepared.comparedWith(tasks)).summary().contamination;
}

function chat(question: string, answer: string, system?: string): { readonly messages: readonly MessageRow[] } {
  const before: readonly MessageRow[] = system === undefined ? [] : [{ role: "system", content: system }];
  return { messages: [...before, { role: "user", content: question }, { role: "assistant", content: answer }] };
}

const asked = (question: string): readonly Message[] => [{ role: "user", content: question }];

describe("what tasks share with the training data", () => {
  test("is told apart: all of it, nearly all of it, the prompt alone", async () => {
    const rows = [
      chat("What is a?", "A."),
      chat("What is  B?", "b!"),
      chat("What is c?", "Something else."),
      chat("d", "D"),
    ];
    const items = [
      { prompt: asked("What is a?"), target: "A." },
      { prompt: asked("what is \uff42?"), target: "B!" },
      { prompt: asked("What is c?"), target: "C." },
      { prompt: asked("What is e?"), target: "D" },
    ];
    const [found, ...others] = await shared(rows, taskOf(items));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ task: "questions", items: 4, exact: 1, normalised: 1, promptOnly: 1 });
    expect(found?.places).toMatchObject([
      { item: 1, likeness: "exact", source: { line: 1 } },
      { item: 2, likeness: "normalised", source: { line: 2 } },
      { item: 3, likeness: "prompt", source: { line: 3 } },
    ]);
    expect(found && describeContamination(found)).toBe(
      "questions: 3 of 4 items stand in the training data, 1 exactly, 1 but for case, white space or system message, " +
        "1 by the prompt alone. First: item 1 and (memory):1.",
    );
  });

  test("is found across shapes, behind a system message, and in an earlier turn", async () => {
    const question = { prompt: asked("Who?"), target: "Ada" };
    const longer = { messages: [...chat("Who?", "Ada").messages, ...chat("And?", "Nobody").messages] };
    for (const row of [
      { prompt: "Who?", completion: "Ada" },
      { text: "Who? Ada" },
      chat("Who?", "Ada", "Be brief."),
      longer,
    ]) {
      expect(await shared([row], taskOf([question]))).toMatchObject([{ exact: 0, normalised: 1 }]);
    }
    const written = taskOf([{ prompt: "Who?", target: "Ada" }]);
    expect(await shared([{ prompt: "Who?", completion: "Ada" }], written)).toMatchObject([{ exact: 1 }]);
  });

  test("is nothing where texts only resemble each other", async () => {
    const items = [{ prompt: asked("Who was it?"), target: "Ada" }];
    expect(await shared([chat("Who is it?", "Ada"), { text: "Ada" }], taskOf(items))).toEqual([]);
  });

  test("is found for the tasks that there are: JSON records, and drift by its prompts", async () => {
    const row = chat("My name is Ada.", '{"name":"Ada"}');
    const found = await shared(
      [row, chat("Hello", "Hi")],
      jsonRecord({ data: examples([row]) }),
      drift({ prompts: ["hello", "Other"], maxNewTokens: 4 }),
    );
    expect(found).toMatchObject([
      { task: "json-record", items: 1, exact: 1 },
      { task: "drift", items: 2, promptOnly: 1 },
    ]);
  });
});
