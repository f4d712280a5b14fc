import { describe, expect, test } from "@jest/globals";
import { parseRow } from "../../../sdk/src/data/parse-row.js";

const source = { file: "train.jsonl", line: 17 };

function faultsOf(row: unknown) {
  const parsed = parseRow(row, source);
  if ("example" in parsed) throw new Error("the row was accepted");
  return parsed.faults;
}

const user = { role: "user", content: "Hi" };
const assistant = { role: "assistant", content: "Hello" };

describe("a sound row", () => {
  test("is recognised by its keys", () => {
    expect(parseRow({ messages: [user, assistant] }, source)).toEqual({
      example: { kind: "messages", messages: [user, assistant], source },
    });
    expect(parseRow({ completion: "b", prompt: "a" }, source)).toEqual({
      example: { kind: "prompt-completion", prompt: "a", completion: "b", source },
    });
    expect(parseRow({ text: "a" }, source)).toEqual({ example: { kind: "text", text: "a", source } });
  });

  test("may have an empty prompt, and text of any script", () => {
    expect(parseRow({ prompt: "", completion: "b" }, source)).toHaveProperty("example");
    expect(parseRow({ text: "日本語 🫖 \u0000" }, source)).toHaveProperty("example");
  });
});

describe("a bad row", () => {
  test.each([
    ["a list", [1], "data_type"],
    ["null", null, "data_type"],
    ["a text", "hello", "data_type"],
    ["an empty object", {}, "missing_messages_list"],
    ["two shapes", { messages: [assistant], text: "a" }, "ambiguous_shape"],
    ["a third shape beside half of another", { prompt: "a", text: "a" }, "ambiguous_shape"],
    ["a prompt without a completion", { prompt: "a" }, "missing_completion"],
    ["a completion without a prompt", { completion: "a" }, "missing_prompt"],
    ["an empty completion", { prompt: "a", completion: "" }, "missing_completion"],
    ["an empty text", { text: "" }, "missing_text"],
    ["a number for a text", { text: 5 }, "missing_text"],
    ["a key too many", { text: "a", weight: 2 }, "row_unrecognized_key"],
    ["messages that are no list", { messages: user }, "missing_messages_list"],
    ["no messages", { messages: [] }, "missing_messages_list"],
    ["a message that is no object", { messages: ["Hi", assistant] }, "data_type"],
    ["a message without a role", { messages: [{ content: "Hi" }, assistant] }, "message_missing_key"],
    ["a message without content", { messages: [{ role: "user" }, assistant] }, "message_missing_key"],
    ["content that is null", { messages: [{ role: "user", content: null }, assistant] }, "missing_content"],
    ["content in parts", { messages: [{ role: "user", content: [{ type: "text" }] }, assistant] }, "missing_content"],
    ["empty content", { messages: [user, { role: "assistant", content: "" }] }, "missing_content"],
    ["an unknown role", { messages: [{ role: "human", content: "Hi" }, assistant] }, "unrecognized_role"],
    ["a message with a key too many", { messages: [{ ...user, mood: "Z" }, assistant] }, "message_unrecognized_key"],
    ["no assistant message", { messages: [user] }, "example_missing_assistant_message"],
    ["half a surrogate pair", { text: "a\ud83e" }, "text_not_unicode"],
  ])("with %s fails that check alone", (_, row, check) => {
    expect(faultsOf(row).map((fault) => fault.check)).toEqual([check]);
  });

  test("needs no assistant message where other turns may be learnt", () => {
    for (const train of ["all", () => true] as const)
      expect(parseRow({ messages: [user] }, source, { train })).toHaveProperty("example");
    for (const train of ["assistant", "last-assistant"] as const)
      expect(parseRow({ messages: [user] }, source, { train })).toHaveProperty("faults");
  });

  test("tells place, path, found and wanted of every fault at once", () => {
    const faults = faultsOf({ messages: [{ role: "human", content: 5, nme: "x" }, "x", { content: "a" }] });
    expect(faults).toEqual([
      expect.objectContaining({ where: "train.jsonl:17", problem: "unknown key messages[0].nme", found: '"x"' }),
      expect.objectContaining({ where: "train.jsonl:17 messages[0].role", found: '"human"' }),
      expect.objectContaining({ where: "train.jsonl:17 messages[0].content", found: "5" }),
      expect.objectContaining({ where: "train.jsonl:17 messages[1]", found: '"x"' }),
      expect.objectContaining({ where: "train.jsonl:17 messages[2].role", wanted: "system, user, assistant, tool" }),
    ]);
  });

  test("with nothing known names its keys", () => {
    const faults = faultsOf({ id: 1, q: "a" });
    expect(faults).toContainEqual(
      expect.objectContaining({ check: "missing_messages_list", found: "keys id, q", wanted: expect.any(String) }),
    );
  });

  test("with a misspelt key is told the right one", () => {
    const faults = faultsOf({ message: [user, assistant] });
    expect(faults).toContainEqual(expect.objectContaining({ wanted: 'did you mean "messages"?' }));
  });

  test("shows long values cut, with their length", () => {
    expect(faultsOf({ text: "a", note: "x".repeat(500) })[0]?.found).toMatch(/^"x{79}\.\.\. \(502 characters\)$/);
  });
});
