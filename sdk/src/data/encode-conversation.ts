/** Encodes a conversation and weighs its tokens: which are learnt, and which are what the model is given. */
import { conversationText, refuseOtherWords, type WrittenConversation } from "./conversation/conversation-text.js";
import { ownTexts, wholeTurns } from "./conversation/own-text.js";
import type { TemplateConversation } from "./conversation/template-conversation.js";
import { learntTurns } from "./conversation/train-rule.js";
import type { Span } from "./conversation/turn-recorder.js";
import { typedControlPlaces } from "./conversation/typed-control-texts.js";
import type { EncodedTokens, Encoder } from "./encode.js";
import type { LiteralPlaces } from "./tokenization/part-encoder.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * Renders and encodes a conversation; weight 1 is what the learnt turns say, through their end-of-turn token.
 *
 * The whole is rendered once, with each message's turn followed (see conversation/template-program.ts), and encoded in
 * parts that end where learnt texts begin and end; no beginning of the conversation need render to one of the text. A
 * turn's weight ends with its first stop token; where it has none, with a stop token right behind it or with the turn.
 * Throws TokenizerError "chat-template" where what is learnt can't be told for certain, TrainFunctionFailed, and
 * EncodingRefused.
 */
export function encodeConversation(
  written: WrittenConversation,
  { tokenizer, template, train = "assistant", controlTokens }: Encoder,
): EncodedTokens {
  const learnt = learntTurns(written.messages, train);
  const turns = (which: boolean) => [...learnt.keys()].filter((turn) => learnt[turn] === which);
  const text = conversationText(written, template);
  refuseOtherWords(written.messages, text.rendered, turns(true));
  const rendering = { ...text, template, roles: written.messages.map(({ role }) => role) };
  const render = ({ messages, tools }: TemplateConversation) => template.renderTurns(messages, tools).text;
  const literal =
    controlTokens === "tokens" ? new Set<number>() : typedControlPlaces(text.conversation, render, tokenizer);
  const spans = train === "all" ? wholeTurns(rendering, turns(false)) : ownTexts(rendering, turns(true));
  const { tokenIds, ranges } = encodeAround(text.rendered.text, spans, literal, tokenizer);
  const lossWeights = tokenIds.map(() => (train === "all" ? 1 : 0));
  for (const { start, end } of ranges) {
    if (train === "all") lossWeights.fill(0, start, end);
    else lossWeights.fill(1, start, endOfTurn(tokenIds, start, end, tokenizer.special.stopIds));
  }
  return { tokenIds, lossWeights, keptControlTexts: literal.size };
}

/** Encodes a text so that no token spans an edge of a span, and gives each span's range of tokens. */
function encodeAround(text: string, spans: readonly Span[], literal: LiteralPlaces, tokenizer: Tokenizer) {
  const edges = [0, ...spans.flatMap(({ start, end }) => [start, end]), text.length];
  const parts = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
  const { tokenIds, partEnds } = tokenizer.encodeParts(parts, literal);
  const ranges = spans.map(
    (_, index): Span => ({ start: partEnds[2 * index] ?? 0, end: partEnds[2 * index + 1] ?? 0 }),
  );
  return { tokenIds, ranges };
}

function endOfTurn(tokenIds: readonly number[], start: number, end: number, stopIds: ReadonlySet<number>): number {
  const isStop = (position: number) => stopIds.has(tokenIds[position] ?? -1);
  let position = start;
  while (position < end && !isStop(position)) position += 1;
  return isStop(position) ? position + 1 : end;
}
