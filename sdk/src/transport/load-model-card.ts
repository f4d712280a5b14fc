/** Waits for the model to be loaded. */
import { BridgeError } from "../errors.js";
import type { ModelCard } from "../layers/model-card.js";
import type { LoadProgress } from "./bridge.js";
import type { Channel } from "./channel.js";
import { ControlService } from "./gen/midblock/v1/control.js";
import { type StreamOptions, streamMessages } from "./server-stream.js";
import { readModelCard } from "./wire/model-card.js";

/** The card, once the model is loaded; throws the sidecar's ModelError where it can't be. */
export async function loadModelCard(
  channel: Channel,
  onProgress: ((progress: LoadProgress) => void) | undefined,
  options: StreamOptions,
): Promise<ModelCard> {
  for await (const { event } of streamMessages(channel, ControlService.getModelCard, {}, options)) {
    if (event?.$case === "card") return readModelCard(event.value);
    // What is left are heartbeats, and messages of a newer sidecar that matter less than the card.
    if (event?.$case === "progress") onProgress?.({ stage: event.value.stage, fraction: event.value.fraction });
  }
  throw new BridgeError({ code: "call-failed", what: "The sidecar ended the loading of the model without a card." });
}
