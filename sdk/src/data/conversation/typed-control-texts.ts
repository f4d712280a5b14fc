/** Tells texts of control tokens that stand in messages from those that the chat template writes itself. */
import { TokenizerError } from "../../errors.js";
import type { Tokenizer } from "../tokenizer.js";
import { mapTexts } from "./map-texts.js";
import type { TemplateConversation } from "./template-conversation.js";

/** What must be known of a tokenizer. */
interface ControlTexts extends Pick<Tokenizer, "controlPlaces"> {
  readonly special: Pick<Tokenizer["special"], "controlTexts">;
}

/** Characters that Unicode keeps for a program's own use, and that no text exchanged between programs may hold. */
const marks = Array.from({ length: 32 }, (_, index) => String.fromCharCode(0xfdd0 + index));

/**
 * Places (UTF-16 units) in a rendered conversation where messages hold the text of a control token.
 *
 * The conversation is rendered once more with the first character of each such text replaced by a mark, so that all
 * lengths stay. Throws TokenizerError "chat-template" where that is not the same text but for the marks.
 */
export function typedControlPlaces(
  conversation: TemplateConversation,
  render: (conversation: TemplateConversation) => string,
  { controlPlaces, special }: ControlTexts,
): ReadonlySet<number> {
  let count = 0;
  mapTexts(conversation, (text) => {
    count += controlPlaces(text).length;
    return text;
  });
  if (count === 0) return new Set();
  const given = JSON.stringify(conversation);
  const free = marks.filter((mark) => !given.includes(mark));
  const firsts = [...new Set(special.controlTexts.map((text) => text.charAt(0)))];
  if (firsts.length > free.length) throw unclear();
  const markOf = new Map(firsts.map((first, index) => [first, free[index] ?? ""]));
  const marked = mapTexts(conversation, (text) => replaceAt(text, controlPlaces(text), markOf));
  const { text, places } = reveal(render(marked), markOf);
  if (text === render(conversation)) return places;
  throw unclear();
}

function replaceAt(text: string, places: readonly number[], markOf: ReadonlyMap<string, string>): string {
  let replaced = "";
  let done = 0;
  for (const place of places) {
    replaced += text.slice(done, place) + (markOf.get(text.charAt(place)) ?? "");
    done = place + 1;
  }
  return replaced + text.slice(done);
}

function reveal(rendered: string, markOf: ReadonlyMap<string, string>) {
  const places = new Set<number>();
  const firstOf = new Map([...markOf].map(([first, mark]) => [mark, first]));
  const text = rendered.replace(/[\ufdd0-\ufdef]/g, (mark, place: number) => {
    const first = firstOf.get(mark);
    if (first !== undefined) places.add(place);
    return first ?? mark;
  });
  return { text, places };
}

function unclear(): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: "A message holds the text of a control token, and the chat template reads it in a way that hides where it stands.",
    wanted: "messages without it",
    nextStep: 'controlTokens: "tokens" lets it steer the model',
  });
}
