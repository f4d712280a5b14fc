/** Says what keeps an example from being encoded, and whether the row or the chat template is to blame. */
import { showFound } from "../config/show-found.js";
import { type Fault, TokenizerError } from "../errors.js";
import { TrainFunctionFailed } from "./conversation/train-rule.js";
import type { Example } from "./datum.js";
import { placeOf } from "./place.js";
import { EncodingRefused } from "./tokenization/part-encoder.js";

/** A fault of an example. */
export interface EncodingFailure {
  readonly fault: Fault;
  readonly blame: "row" | "chat-template";
}

type Details = Omit<Fault, "where">;

const partOf: Readonly<Record<Example["kind"], string>> = {
  messages: " messages",
  "prompt-completion": " prompt and completion",
  text: " text",
};

/** Puts what encoding threw into a fault; undefined for an error of the program. */
export function encodingFailure(error: unknown, { kind, source }: Example): EncodingFailure | undefined {
  const where = placeOf(source);
  if (error instanceof EncodingRefused) {
    const blame = kind === "messages" && error.reason === "shared-token" ? "chat-template" : "row";
    return { fault: { where: where + partOf[kind], ...refusals[error.reason](showFound(error.text)) }, blame };
  }
  if (error instanceof TrainFunctionFailed) {
    const wanted = "true or false for every message";
    const place = `${where} messages[${error.index}]`;
    return { fault: { where: place, problem: error.message, wanted, check: "train_failed" }, blame: "row" };
  }
  if (!(error instanceof TokenizerError)) return undefined;
  const { found, wanted } = error;
  const details = { ...(found ? { found } : {}), ...(wanted ? { wanted } : {}), check: "chat_template" };
  return { fault: { where, problem: error.message.split("\n")[0] ?? "", ...details }, blame: "chat-template" };
}

const refusals: Readonly<Record<EncodingRefused["reason"], (found: string) => Details>> = {
  "shared-token": (found) => ({
    problem: "what is learnt makes one token with what stands beside it, and apart they would be another text",
    found,
    wanted: "the space between them at the start of what is learnt",
    check: "prompt_completion_boundary",
  }),
  "control-token": (found) => ({
    problem: "the text of a control token stands here, and the tokenizer can't read it as text",
    found,
    wanted: "the text written otherwise",
    check: "control_token_in_text",
  }),
  "unclear-control-token": (found) => ({
    problem: "the text of a control token stands here, and it is not said whether it is meant to steer the model",
    found,
    wanted: 'the option controlTokens: "text" or "tokens", or turns as messages',
    check: "control_token_in_text",
  }),
};
