/** An inference that answers from a function of the prompt, and records what it was asked. */
import type {
  Completion,
  GenerateRequest,
  Inference,
  ModelReference,
  ScoreRequest,
  SequenceScore,
} from "../../sdk/src/evaluation/inference.js";

const codePoints = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0);

/** One character a token: its code point. Raw texts start with "^"; "<end>" is a control token's text. */
export const characterTokenizer = {
  encode: codePoints,
  encodeParts: (parts: readonly string[]) => ({ tokenIds: codePoints(parts.join("")), partEnds: [] }),
  controlPlaces: (text: string) => [...text.matchAll(/<end>/g)].map(({ index }) => index),
  special: { startIds: [94], controlTexts: ["<end>"] },
};

/** Shows roles and contents so that tests can read the prompt. */
export const plainTemplate = {
  hash: "sha256:plain",
  render: (messages: readonly { readonly role: string; readonly content: string }[]) =>
    `${messages.map(({ role, content }) => `[${role}] ${content}`).join("\n")}\n[assistant] `,
};

export interface FakeInferenceOptions {
  readonly reply: (prompt: string, model: ModelReference) => string;
  /** KL of one token from the base; default 0. */
  readonly kl?: (tokenId: number, model: ModelReference) => number;
}

/** Gives results in reverse order, as a batching sidecar may. A reply longer than the budget is cut. */
export class FakeInference implements Inference {
  readonly generateRequests: GenerateRequest[] = [];
  readonly scoreRequests: ScoreRequest[] = [];

  constructor(private readonly options: FakeInferenceOptions) {}

  async *generate(request: GenerateRequest): AsyncIterable<Completion> {
    this.generateRequests.push(request);
    for (const [index, prompt] of [...request.prompts.entries()].reverse()) {
      const reply = characterTokenizer.encode(this.options.reply(String.fromCodePoint(...prompt), request.model));
      const tokenIds = reply.slice(0, request.maxNewTokens);
      const finishReason = tokenIds.length < reply.length ? "length" : "stop-token";
      yield { index, tokenIds, text: String.fromCodePoint(...tokenIds), finishReason };
    }
  }

  async *score(request: ScoreRequest): AsyncIterable<SequenceScore> {
    this.scoreRequests.push(request);
    for (const [index, { tokenIds, from }] of [...request.sequences.entries()].reverse()) {
      const scored = tokenIds.slice(from);
      const kl = scored.map((tokenId) => this.options.kl?.(tokenId, request.model) ?? 0);
      yield { index, logProbabilities: scored.map(() => -1), isGreedy: kl.map((value) => value < 0.5), klFromBase: kl };
    }
  }
}
