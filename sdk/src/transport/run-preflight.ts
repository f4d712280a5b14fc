/** RunPreflight: a stream whose last message is the report. */
import type { PreflightMeasurement, PreflightRequest } from "../training/preflight.js";
import type { Channel } from "./channel.js";
import { PreflightsService } from "./gen/midblock/v1/preflight.js";
import { type StreamOptions, streamMessages } from "./server-stream.js";
import { brokenContract } from "./wire/incomplete.js";
import { readPreflightReport, writePreflightRequest } from "./wire/preflight.js";

/** Has a run tried out, and gives what was measured. */
export async function runPreflight(
  channel: Channel,
  request: PreflightRequest,
  options: StreamOptions,
): Promise<PreflightMeasurement> {
  const responses = streamMessages(channel, PreflightsService.runPreflight, writePreflightRequest(request), options);
  for await (const { message } of responses) {
    if (message?.$case === "report") return readPreflightReport(message.value);
  }
  throw brokenContract("RunPreflightResponse.report", "the end without one");
}
