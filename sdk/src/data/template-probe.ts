/** Proves that the client renders the model's chat template as transformers does on the sidecar. */
import { z } from "zod";
import { showFound } from "../config/show-found.js";
import { TokenizerError } from "../errors.js";
import type { TemplateProbe } from "../layers/model-card.js";

const conversation = z.array(z.object({ role: z.string(), content: z.string() }));
const shownBefore = 20;

/** The messages of a probe. */
export type ProbeMessages = z.infer<typeof conversation>;

/**
 * Renders the probe's conversation, at its time and up to the next answer, and compares the text. Throws TokenizerError
 * "chat-template" where it is another than the sidecar's, or none.
 */
export function checkTemplateProbe(
  { messagesJson, localTime, text }: TemplateProbe,
  modelName: string,
  render: (messages: ProbeMessages, time: Date) => string,
): void {
  const found = renderOrRefusal(() => render(conversation.parse(JSON.parse(messagesJson)), new Date(localTime)));
  if (found.text === text) return;
  const own = found.text ?? "";
  const place = Array.from({ length: text.length }).findIndex((_, index) => own[index] !== text[index]);
  const from = Math.max(0, (place === -1 ? text.length : place) - shownBefore);
  throw new TokenizerError({
    code: "chat-template",
    what: `The client renders the chat template of ${modelName} otherwise than transformers does on the sidecar.`,
    found: found.refusal ?? `from character ${from} on ${showFound(own.slice(from))}`,
    wanted: `from character ${from} on ${showFound(text.slice(from))}`,
    nextStep: "don't train on these texts; report the model's name and both versions of midblock",
  });
}

function renderOrRefusal(render: () => string): { readonly text?: string; readonly refusal?: string } {
  try {
    return { text: render() };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}
