import { describe, expect, test } from "@jest/globals";
import { learntTurns, TrainFunctionFailed } from "../../../../sdk/src/data/conversation/train-rule.js";
import type { Message } from "../../../../sdk/src/data/datum.js";
import { encodeExample } from "../../../../sdk/src/data/encode.js";
import { type Conversation, familyEncoder, maskOf } from "./families.js";

const messages: readonly Message[] = [
  { role: "system", content: "S" },
  { role: "user", content: "U1" },
  { role: "assistant", content: "A1" },
  { role: "user", content: "U2" },
  { role: "assistant", content: "A2" },
];

function withWeights(...weights: readonly (0 | 1)[]): Message[] {
  let answer = 0;
  return messages.map((message) => {
    const weight = message.role === "assistant" ? weights[answer++] : undefined;
    return weight === undefined ? message : { ...message, weight };
  });
}

describe("learntTurns", () => {
  test.each([
    ["assistant", messages, [2, 4]],
    ["assistant", withWeights(0, 1), [4]],
    ["last-assistant", messages, [4]],
    ["last-assistant", withWeights(1, 0), []],
    ["last-assistant", messages.slice(0, 2), []],
    ["all", messages, [0, 1, 2, 3, 4]],
    ["all", withWeights(0, 1), [0, 1, 3, 4]],
  ] as const)("%s", (rule, given, learnt) => {
    expect(learntTurns(given, rule).flatMap((is, index) => (is ? [index] : []))).toEqual(learnt);
  });

  test("a function decides alone, over every message", () => {
    const seen: unknown[] = [];
    const learnt = learntTurns(withWeights(0, 1), (message, index, all) => {
      seen.push([index, all.length]);
      return message.content.endsWith("1");
    });
    expect(learnt).toEqual([false, true, true, false, false]);
    expect(seen).toEqual([0, 1, 2, 3, 4].map((index) => [index, 5]));
  });

  test("a function that fails, or gives neither true nor false, is told with the message", () => {
    const failing = () => {
      throw new Error("no");
    };
    expect(() => learntTurns(messages, failing)).toThrow(TrainFunctionFailed);
    // What TypeScript would not let through.
    const wrong: () => boolean = JSON.parse.bind(undefined, "1");
    expect(() => learntTurns(messages, wrong)).toThrow(/gave number, not true or false/);
  });
});

/** The mask of the conversation in a family, with a rule. */
function mask(family: string, train: Parameters<typeof learntTurns>[1], given: Conversation = { messages }): string {
  return maskOf(given, { ...familyEncoder(family), train });
}

describe("in a mask", () => {
  test("last-assistant learns the last answer alone", () => {
    expect(mask("phi-4", "last-assistant")).toBe(
      "<|im_start|>system<|im_sep|>S<|im_end|><|im_start|>user<|im_sep|>U1<|im_end|><|im_start|>assistant<|im_sep|>A1" +
        "<|im_end|><|im_start|>user<|im_sep|>U2<|im_end|><|im_start|>assistant<|im_sep|>⟦A2<|im_end|>⟧",
    );
  });

  test("all learns every token but the first", () => {
    expect(mask("llama-2", "all", { messages: messages.slice(1, 3) })).toBe("<s>⟦[INST] U1 [/INST] A1 </s>⟧");
  });

  test("all leaves turns of weight 0 out, header and all", () => {
    expect(mask("phi-4", "all", { messages: withWeights(0, 1).slice(1, 4) })).toBe(
      "<|im_start|>⟦user<|im_sep|>U1<|im_end|>⟧<|im_start|>assistant<|im_sep|>A1<|im_end|>⟦<|im_start|>user<|im_sep|>U2" +
        "<|im_end|>⟧",
    );
  });

  test("weight 0 makes a turn context, and no template sees it", () => {
    expect(mask("chatml", "assistant", { messages: withWeights(0, 1).slice(1) })).toBe(
      "<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n" +
        "<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\n⟦A2<|im_end|>⟧\n",
    );
    const chatTemplate = "{% for m in messages %}{{ m | tojson }}<|im_end|>{% endfor %}";
    expect(familyEncoder("chatml", chatTemplate).template.renderTurns(withWeights(0, 1), undefined).text).toContain(
      "weight",
    );
    expect(maskOf({ messages: withWeights(0, 1) }, familyEncoder("chatml", chatTemplate))).not.toContain("weight");
  });

  const users = (message: Message) => message.role === "user";

  test.each([
    ["phi-4", "<|im_start|>user<|im_sep|>⟦U1<|im_end|>⟧<|im_start|>assistant<|im_sep|>A1<|im_end|>"],
    ["llama-2", "<s>[INST]⟦ U1⟧ [/INST] A1 </s>"],
    ["gemma", "<bos><start_of_turn>user\n⟦U1<end_of_turn>⟧\n<start_of_turn>model\nA1<end_of_turn>\n"],
    ["deepseek-v3", "<｜begin▁of▁sentence｜><｜User｜>⟦U1⟧<｜Assistant｜>A1<｜end▁of▁sentence｜>"],
  ])("a function can have users' words learnt, without header and footer: %s", (family, wanted) => {
    expect(mask(family, users, { messages: messages.slice(1, 3) })).toBe(wanted);
  });

  test("a turn that the template writes into another can't be learnt", () => {
    const system = (message: Message) => message.role === "system";
    expect(mask("llama-2", system)).toContain('in one place. (messages[0] of role "system")');
  });

  test("a conversation without a learnt turn has no weight", () => {
    const source = { file: "x", line: 1 };
    const given = { kind: "messages", messages: messages.slice(0, 2), source } as const;
    const encoded = encodeExample(given, familyEncoder("chatml"));
    expect("datum" in encoded && encoded.datum.lossWeights.every((weight) => weight === 0)).toBe(true);
  });

  test("a failing function is the row's fault, at its message", () => {
    const source = { file: "x.jsonl", line: 7 };
    const train = (_: Message, index: number) => {
      if (index === 1) throw new Error("oh");
      return true;
    };
    const encoded = encodeExample({ kind: "messages", messages, source }, { ...familyEncoder("chatml"), train });
    expect(encoded).toMatchObject({
      blame: "row",
      fault: {
        where: "x.jsonl:7 messages[1]",
        problem: "the function given as train failed: oh",
        check: "train_failed",
      },
    });
  });
});
