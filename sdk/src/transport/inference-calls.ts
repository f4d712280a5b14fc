/** Generate and Score: limits checked before, completeness after. */
import { BridgeError } from "../errors.js";
import type { Completion, GenerateRequest, ScoreRequest, SequenceScore } from "../evaluation/inference.js";
import type { ServerLimits } from "./bridge.js";
import type { Channel } from "./channel.js";
import { InferenceService } from "./gen/midblock/v1/inference.js";
import { type StreamOptions, streamMessages } from "./server-stream.js";
import { brokenContract } from "./wire/incomplete.js";
import { readCompletion, readSequenceScore, writeGenerateRequest, writeScoreRequest } from "./wire/inference.js";

/** Continuations as they finish. */
export async function* generate(
  channel: Channel,
  limits: ServerLimits,
  request: GenerateRequest,
  options: StreamOptions,
): AsyncGenerator<Completion, void, undefined> {
  checkCount(request.prompts.length, "prompts", limits);
  const seen = new Set<number>();
  const responses = streamMessages(channel, InferenceService.generate, writeGenerateRequest(request), options);
  for await (const { message } of responses) {
    // Heartbeats, and messages of a newer sidecar that carry no result.
    if (message?.$case !== "completion") continue;
    noteIndex(message.value.index, seen, request.prompts.length);
    yield readCompletion(message.value);
  }
  checkComplete(seen, request.prompts.length);
}

/** Scores as they finish. */
export async function* score(
  channel: Channel,
  limits: ServerLimits,
  request: ScoreRequest,
  options: StreamOptions,
): AsyncGenerator<SequenceScore, void, undefined> {
  checkCount(request.sequences.length, "sequences", limits);
  const seen = new Set<number>();
  for await (const { message } of streamMessages(
    channel,
    InferenceService.score,
    writeScoreRequest(request),
    options,
  )) {
    // Heartbeats, and messages of a newer sidecar that carry no result.
    if (message?.$case !== "score") continue;
    noteIndex(message.value.index, seen, request.sequences.length);
    yield readSequenceScore(message.value);
  }
  checkComplete(seen, request.sequences.length);
}

function checkCount(count: number, what: string, { maxRequestSequences }: ServerLimits): void {
  if (count <= maxRequestSequences) return;
  throw new BridgeError({
    code: "limit-exceeded",
    what: `A call has more ${what} than the sidecar accepts.`,
    found: String(count),
    wanted: `at most ${maxRequestSequences}`,
    nextStep: "Make several calls.",
  });
}

function noteIndex(index: number, seen: Set<number>, count: number): void {
  if (index >= count || seen.has(index)) {
    throw brokenContract("index of a result", seen.has(index) ? `${index} twice` : `${index} of ${count}`);
  }
  seen.add(index);
}

function checkComplete(seen: ReadonlySet<number>, count: number): void {
  if (seen.size < count) throw brokenContract("results", `${seen.size} of ${count}, then the end`);
}
