/** Instructions of every kind of IFEval with settings that hostile outputs may or may not meet. */
import { createRandom, type Random } from "../../../sdk/src/random.js";

/** An instruction as a row has it. */
export interface InstructionCase {
  readonly id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
}

const relation = (random: Random) => pick(random, ["less than", "at least"]);
const small = (random: Random) => 1 + random.below(4);

const makers: Readonly<Record<string, (random: Random) => InstructionCase["kwargs"]>> = {
  "keywords:existence": (random) => ({
    keywords: [pick(random, ["fox", "ÄRGER", "the"]), pick(random, ["e", "stop"])],
  }),
  "keywords:frequency": (random) => ({
    keyword: pick(random, ["the", "e", "stop"]),
    frequency: small(random),
    relation: relation(random),
  }),
  "keywords:forbidden_words": (random) => ({
    forbidden_words: [pick(random, ["fox", "ärger", "I"]), pick(random, ["world", "e"])],
  }),
  "keywords:letter_frequency": (random) => ({
    letter: pick(random, ["e", "Q", "s"]),
    let_frequency: small(random) * 3,
    let_relation: relation(random),
  }),
  "language:response_language": (random) => ({ language: pick(random, ["en", "de", "fr", "hi"]) }),
  "length_constraints:number_sentences": (random) => ({ num_sentences: small(random), relation: relation(random) }),
  "length_constraints:number_paragraphs": (random) => ({ num_paragraphs: small(random) }),
  "length_constraints:number_words": (random) => ({ num_words: small(random) * 8, relation: relation(random) }),
  "length_constraints:nth_paragraph_first_word": (random) => ({
    num_paragraphs: small(random),
    nth_paragraph: 1,
    first_word: pick(random, ["first", "then", "the", "i"]),
  }),
  "detectable_content:number_placeholders": (random) => ({ num_placeholders: small(random) }),
  "detectable_content:postscript": (random) => ({ postscript_marker: pick(random, ["P.S.", "P.P.S"]) }),
  "detectable_format:number_bullet_lists": (random) => ({ num_bullets: small(random) }),
  "detectable_format:constrained_response": () => ({}),
  "detectable_format:number_highlighted_sections": (random) => ({ num_highlights: small(random) }),
  "detectable_format:multiple_sections": (random) => ({
    section_spliter: pick(random, ["Section", "SECTION", "Day"]),
    num_sections: 1 + random.below(2),
  }),
  "detectable_format:json_format": () => ({}),
  "detectable_format:title": () => ({}),
  "combination:two_responses": () => ({}),
  "combination:repeat_prompt": (random) => ({ prompt_to_repeat: pick(random, ["I", "the", "First "]) }),
  "startend:end_checker": (random) => ({ end_phrase: pick(random, ["The end", ".", "stop"]) }),
  "startend:quotation": () => ({}),
  "change_case:capital_word_frequency": (random) => ({
    capital_frequency: small(random),
    capital_relation: relation(random),
  }),
  "change_case:english_capital": () => ({}),
  "change_case:english_lowercase": () => ({}),
  "punctuation:no_comma": () => ({}),
};

/** The kinds whose verdict rests on a library that is another one than the reference's. */
const libraryKinds: ReadonlySet<string> = new Set([
  "language:response_language",
  "length_constraints:number_sentences",
  "change_case:capital_word_frequency",
  "change_case:english_capital",
  "change_case:english_lowercase",
]);

/** True where the reference counts a letter that it draws at random in place of a sign that is none. */
export function hasDrawnLetter({ id, kwargs: { letter } }: InstructionCase): boolean {
  return id === "keywords:letter_frequency" && typeof letter === "string" && !/^[a-z]$/i.test(letter);
}

/** True where no equal verdict can be asked for: another library tells, or the reference draws a letter. */
export function isJudgedApart(instruction: InstructionCase): boolean {
  return hasDrawnLetter(instruction) || libraryKinds.has(instruction.id);
}

/** One instruction of each kind, drawn anew. */
export function instructionsFor(seed: number): readonly InstructionCase[] {
  const random = createRandom(seed);
  return Object.entries(makers).map(([id, make]) => ({ id, kwargs: make(random) }));
}

function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[random.below(items.length)] ?? items[0];
}
