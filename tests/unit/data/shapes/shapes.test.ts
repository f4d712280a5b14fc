import { describe, expect, test } from "@jest/globals";
import { parseRow } from "../../../../sdk/src/data/parse-row.js";
import { shapeKeys, shapeNames } from "../../../../sdk/src/data/shapes/shape-keys.js";

const source = { file: "f", line: 2 };

function exampleOf(row: unknown) {
  const parsed = parseRow(row, source);
  if ("faults" in parsed) throw new Error(parsed.faults[0]?.problem);
  return parsed.example;
}

function faultsOf(row: unknown) {
  const parsed = parseRow(row, source);
  if ("example" in parsed) throw new Error("the row was accepted");
  return parsed.faults.map(({ where, check }) => `${where.slice("f:2".length)} ${check}`.trim());
}

test("no key tells two shapes, so that a row of one shape is never ambiguous", () => {
  const telling = shapeNames.flatMap((shape) => shapeKeys[shape].telling);
  expect(new Set(telling).size).toBe(telling.length);
  for (const shape of shapeNames) {
    const others = shapeNames.filter((other) => other !== shape).flatMap((other) => shapeKeys[other].telling);
    expect(shapeKeys[shape].all.filter((key) => others.includes(key))).toEqual([]);
  }
});

describe("messages with tools", () => {
  const user = { role: "user", content: "1 + 1?" };
  const call = (id = "c1") => ({ id, type: "function", function: { name: "add", arguments: '{"a": 1}' } });
  const calling = { role: "assistant", content: null, tool_calls: [call()] };
  const result = { role: "tool", tool_call_id: "c1", content: "2" };
  const answer = { role: "assistant", content: "2" };

  test("carry calls with their arguments as objects, results, names and tools", () => {
    const tools = [{ type: "function", function: { name: "add" } }];
    expect(exampleOf({ messages: [{ ...user, name: "Zoë" }, calling, result, answer], tools })).toEqual({
      kind: "messages",
      messages: [
        { role: "user", content: "1 + 1?", name: "Zoë" },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "c1", type: "function", function: { name: "add", arguments: { a: 1 } } }],
        },
        { role: "tool", content: "2", tool_call_id: "c1" },
        answer,
      ],
      tools,
      source,
    });
  });

  test("carry OpenAI's weight of an assistant's message", () => {
    const messages = [user, { ...answer, weight: 0 }, user, { ...answer, weight: 1 }];
    expect(exampleOf({ messages })).toMatchObject({ messages: [{}, { weight: 0 }, {}, { weight: 1 }] });
  });

  test("may have null for every key that a message lacks", () => {
    const nulls = { name: null, tool_calls: null, tool_call_id: null, weight: null };
    expect(
      exampleOf({
        messages: [
          { ...nulls, ...user },
          { ...nulls, ...answer },
        ],
        tools: null,
      }),
    ).toEqual({
      kind: "messages",
      messages: [user, answer],
      source,
    });
  });

  test.each([
    [
      "a call without an id",
      [user, { ...calling, tool_calls: [{ ...call(), id: undefined }] }],
      "messages[1].tool_calls[0].id tool_call_missing_id",
    ],
    [
      "a call without a name",
      [user, { ...calling, tool_calls: [{ id: "c1", function: { arguments: {} } }] }],
      "messages[1].tool_calls[0].function.name tool_call_missing_name",
    ],
    [
      "a call of another type",
      [user, { ...calling, tool_calls: [{ ...call(), type: "retrieval" }] }],
      "messages[1].tool_calls[0].type tool_call_type",
    ],
    [
      "arguments that are no JSON",
      [user, { ...calling, tool_calls: [{ id: "c1", function: { name: "add", arguments: "{a}" } }] }],
      "messages[1].tool_calls[0].function.arguments tool_call_arguments",
    ],
    [
      "arguments that are a list",
      [user, { ...calling, tool_calls: [{ id: "c1", function: { name: "add", arguments: "[1]" } }] }],
      "messages[1].tool_calls[0].function.arguments tool_call_arguments",
    ],
    [
      "an unknown key in a call",
      [user, { ...calling, tool_calls: [{ ...call(), index: 0 }] }],
      "message_unrecognized_key",
    ],
    ["no calls in their list", [user, { ...calling, tool_calls: [] }], "messages[1].tool_calls tool_calls_type"],
    ["neither content nor calls", [user, { role: "assistant", content: null }], "messages[1].content missing_content"],
    ["a call by the user", [{ ...user, tool_calls: [call()] }, answer], "message_unrecognized_key"],
    [
      "two calls with one id",
      [user, { ...calling, tool_calls: [call(), call()] }],
      "messages[1].tool_calls tool_call_duplicate_id",
    ],
    [
      "a result without an id",
      [user, calling, { role: "tool", content: "2" }, answer],
      "messages[2].tool_call_id tool_result_missing_id",
    ],
    [
      "a result of no call",
      [user, { ...result, tool_call_id: "c2" }, answer],
      "messages[1].tool_call_id tool_result_without_call",
    ],
    ["a result before its call", [user, result, calling, answer], "messages[1].tool_call_id tool_result_without_call"],
    ["a weight of 2", [user, { ...answer, weight: 2 }], "messages[1].weight message_weight"],
    ["a weight of the user", [{ ...user, weight: 0 }, answer], "message_unrecognized_key"],
    ["an empty name", [{ ...user, name: "" }, answer], "messages[0].name message_name"],
    ["half a surrogate pair", [{ ...user, content: "\ud83e" }, answer], "messages[0].content text_not_unicode"],
  ])("with %s fail that check alone", (_, messages, fault) => {
    expect(faultsOf({ messages })).toEqual([fault]);
  });

  test("with tools that are no list of objects fail", () => {
    expect(faultsOf({ messages: [user, answer], tools: ["add"] })).toEqual(["tools tools_type"]);
  });
});

describe("ShareGPT's conversations", () => {
  const turns = [
    { from: "human", value: "Hi" },
    { from: "gpt", value: "Hello" },
  ];

  test("become messages, after the system's", () => {
    expect(exampleOf({ conversations: turns, system: "Be kind." })).toEqual({
      kind: "messages",
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
      source,
    });
    expect(exampleOf({ conversations: turns, system: "" })).toMatchObject({ messages: [{ role: "user" }, {}] });
  });

  test.each([
    [
      "a call of a tool, which has no id here",
      [...turns, { from: "function_call", value: "{}" }],
      "conversations[2].from unrecognized_role",
    ],
    [
      "a speaker named like a method",
      [{ from: "constructor", value: "a" }, ...turns],
      "conversations[0].from unrecognized_role",
    ],
    ["a turn without words", [turns[0], { from: "gpt", value: "" }], "conversations[1].value missing_content"],
    ["a turn that is a message", [{ role: "user", content: "Hi" }], "conversations[0].value missing_content"],
    ["a turn that is null", [null, ...turns], "conversations[0] data_type"],
    ["nobody's answer", [turns[0]], "conversations example_missing_assistant_message"],
    ["no turns", [], "conversations missing_conversations_list"],
  ])("with %s fail", (_, conversations, fault) => {
    expect(faultsOf({ conversations })).toContain(fault);
  });
});

describe("Alpaca's rows", () => {
  test("become a question, with the input where there is one, and an answer", () => {
    const messagesOf = (row: unknown) => {
      const example = exampleOf(row);
      return example.kind === "messages" ? example.messages.map(({ content }) => content) : [];
    };
    expect(messagesOf({ instruction: "Add.", input: "1, 2", output: "3" })).toEqual(["Add.\n\n1, 2", "3"]);
    for (const input of ["", null, undefined]) {
      expect(messagesOf({ instruction: "Hi", input, output: "Hello" })).toEqual(["Hi", "Hello"]);
    }
  });

  test("need both ends", () => {
    expect(faultsOf({ instruction: "Hi" })).toEqual(["output missing_output"]);
    expect(faultsOf({ instruction: "", input: 5, output: "" })).toEqual([
      "instruction missing_instruction",
      "input missing_input",
      "output missing_output",
    ]);
  });

  test("with their own text beside them are told which options there are", () => {
    const parsed = parseRow({ instruction: "a", output: "b", text: "c" }, source);
    expect(parsed).toEqual({
      faults: [
        expect.objectContaining({ check: "ambiguous_shape", wanted: 'the option shape: "text" or shape: "alpaca"' }),
      ],
    });
  });
});

describe("ready tokens", () => {
  test("are taken as they are", () => {
    expect(exampleOf({ tokenIds: [5, 0], lossWeights: [0, 0.5] })).toEqual({
      kind: "tokens",
      tokenIds: [5, 0],
      lossWeights: [0, 0.5],
      source,
    });
  });

  test.each([
    ["half an id", { tokenIds: [1, 2.5], lossWeights: [0, 1] }, "tokenIds[1] missing_token_ids"],
    ["a negative id", { tokenIds: [-1], lossWeights: [1] }, "tokenIds[0] missing_token_ids"],
    ["an id as text", { tokenIds: ["1"], lossWeights: [1] }, "tokenIds[0] missing_token_ids"],
    ["a negative weight", { tokenIds: [1], lossWeights: [-1] }, "lossWeights[0] missing_loss_weights"],
    ["no ids", { tokenIds: [], lossWeights: [] }, "tokenIds missing_token_ids"],
    ["no weights", { tokenIds: [1] }, "lossWeights missing_lossWeights"],
    ["another number of weights", { tokenIds: [1, 2], lossWeights: [1] }, "lossWeights loss_weights_length"],
  ])("with %s fail", (_, row, fault) => {
    expect(faultsOf(row)).toContain(fault);
  });
});

test("a key too many names the option that leaves it alone", () => {
  const parsed = parseRow({ text: "a", identifier: 5 }, source);
  expect(parsed).toEqual({
    faults: [expect.objectContaining({ wanted: expect.stringContaining('the option shape: "text"') })],
  });
});
