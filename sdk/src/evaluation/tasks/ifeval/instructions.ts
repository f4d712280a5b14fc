/**
 * The 25 kinds of instructions of IFEval (Zhou et al. 2023, arXiv 2311.07911), each as a check of a response. What passes is
 * decided as in lm-evaluation-harness's task ifeval, version 4.0 (lm_eval/tasks/ifeval/instructions.py), its quirks
 * included: keywords are regular expressions, "less than" is strict, an unset or 0 number is not an instruction to count.
 * Where a verdict can differ is said at languageOf, countSentences, countCapitalWords and letter_frequency.
 */
import { z } from "zod";
import {
  countWords,
  foldDottedI,
  isLower,
  isUpper,
  patternOf,
  strip,
  stripCharacters,
  whiteSpace,
  wholeWord,
} from "../../python-text.js";
import { beginsWith } from "./first-word.js";
import { isJson } from "./json-text.js";
import { languageOf } from "./language.js";
import { countCapitalWords, countSentences } from "./sentences.js";
import {
  countBullets,
  countDividedParagraphs,
  countHighlights,
  countPlaceholders,
  hasTitle,
  hasTwoResponses,
} from "./text-scans.js";

/** Judges a response that is not blank. */
export type Check = (response: string) => boolean;

const count = z.number({ error: "a number" }).int({ error: "a whole number" }).positive({ error: "above 0" });
const words = z.string({ error: "a text" }).min(1, { error: "a text" });
const list = z.array(words, { error: "a list of texts" }).min(1, { error: "at least one text" });
const relation = z.enum(["less than", "at least"], { error: '"less than" or "at least"' });

function instruction<Settings>(schema: z.ZodType<Settings>, check: (settings: Settings) => Check) {
  return schema.transform(check);
}

const plain = (check: Check) => instruction(z.object({}), () => check);
const holds = (found: number, wanted: "less than" | "at least", threshold: number) =>
  wanted === "less than" ? found < threshold : found >= threshold;
const english = (text: string) => (languageOf(text) ?? "en") === "en";
const answers = ["My answer is yes.", "My answer is no.", "My answer is maybe."];

/** By the instruction's id: what it needs, checked, and the check it makes. */
export const instructions: Readonly<Record<string, z.ZodType<Check>>> = {
  "keywords:existence": instruction(z.object({ keywords: list }), ({ keywords }) => {
    const patterns = keywords.map((keyword) => patternOf(keyword));
    return (text) => patterns.every((pattern) => pattern.test(foldDottedI(text)));
  }),
  "keywords:frequency": instruction(z.object({ keyword: words, frequency: count, relation }), (settings) => {
    const pattern = patternOf(strip(settings.keyword), "g");
    return (text) => holds(foldDottedI(text).match(pattern)?.length ?? 0, settings.relation, settings.frequency);
  }),
  "keywords:forbidden_words": instruction(z.object({ forbidden_words: list }), ({ forbidden_words }) => {
    const patterns = forbidden_words.map((word) => patternOf(wholeWord(patternOf(word).source)));
    return (text) => !patterns.some((pattern) => pattern.test(foldDottedI(text)));
  }),
  // For a letter outside a to z the reference draws another one at random; here that very character is counted.
  "keywords:letter_frequency": instruction(
    z.object({ letter: words, let_frequency: count, let_relation: relation }),
    ({ letter, let_frequency, let_relation }) =>
      (text) =>
        holds(text.toLowerCase().split(letter.toLowerCase()).length - 1, let_relation, let_frequency),
  ),
  "language:response_language": instruction(
    z.object({ language: words }),
    ({ language }) =>
      (text) =>
        (languageOf(text) ?? language) === language,
  ),
  "length_constraints:number_sentences": instruction(
    z.object({ num_sentences: count, relation }),
    (settings) => (text) => holds(countSentences(text), settings.relation, settings.num_sentences),
  ),
  "length_constraints:number_paragraphs": instruction(
    z.object({ num_paragraphs: count }),
    ({ num_paragraphs }) =>
      (text) =>
        countDividedParagraphs(text) === num_paragraphs,
  ),
  "length_constraints:number_words": instruction(
    z.object({ num_words: count, relation }),
    (settings) => (text) => holds(countWords(text), settings.relation, settings.num_words),
  ),
  "length_constraints:nth_paragraph_first_word": instruction(
    z.object({ num_paragraphs: count, nth_paragraph: count, first_word: words }),
    ({ num_paragraphs, nth_paragraph, first_word }) =>
      (text) =>
        beginsWith(text, { paragraphs: num_paragraphs, paragraph: nth_paragraph, word: first_word }),
  ),
  "detectable_content:number_placeholders": instruction(
    z.object({ num_placeholders: count }),
    ({ num_placeholders }) =>
      (text) =>
        countPlaceholders(text) >= num_placeholders,
  ),
  "detectable_content:postscript": instruction(z.object({ postscript_marker: words }), ({ postscript_marker }) => {
    const pattern = postscriptPattern(strip(postscript_marker));
    return (text) => pattern.test(text.toLowerCase());
  }),
  "detectable_format:number_bullet_lists": instruction(
    z.object({ num_bullets: count }),
    ({ num_bullets }) =>
      (text) =>
        countBullets(text) === num_bullets,
  ),
  "detectable_format:constrained_response": plain((text) => answers.some((answer) => text.includes(answer))),
  "detectable_format:number_highlighted_sections": instruction(
    z.object({ num_highlights: count }),
    ({ num_highlights }) =>
      (text) =>
        countHighlights(text) >= num_highlights,
  ),
  "detectable_format:multiple_sections": instruction(
    z.object({ section_spliter: words, num_sections: count }),
    ({ section_spliter, num_sections }) => {
      const heading = new RegExp(`${patternOf(strip(section_spliter)).source}[${whiteSpace}]?\\p{Nd}+`, "gu");
      return (text) => (text.match(heading)?.length ?? 0) >= num_sections;
    },
  ),
  "detectable_format:json_format": plain(isJson),
  "detectable_format:title": plain(hasTitle),
  "combination:two_responses": plain(hasTwoResponses),
  "combination:repeat_prompt": instruction(
    z.object({ prompt_to_repeat: words }),
    ({ prompt_to_repeat }) =>
      (text) =>
        strip(text).toLowerCase().startsWith(strip(prompt_to_repeat).toLowerCase()),
  ),
  "startend:end_checker": instruction(
    z.object({ end_phrase: words }),
    ({ end_phrase }) =>
      (text) =>
        stripCharacters(strip(text), '"').toLowerCase().endsWith(strip(end_phrase).toLowerCase()),
  ),
  "startend:quotation": plain((response) => {
    const text = strip(response);
    return text.length > 1 && text.startsWith('"') && text.endsWith('"');
  }),
  "change_case:capital_word_frequency": instruction(
    z.object({ capital_frequency: count, capital_relation: relation }),
    ({ capital_frequency, capital_relation }) =>
      (text) =>
        holds(countCapitalWords(text), capital_relation, capital_frequency),
  ),
  "change_case:english_capital": plain((text) => isUpper(text) && english(text)),
  "change_case:english_lowercase": plain((text) => isLower(text) && english(text)),
  "punctuation:no_comma": plain((text) => !text.includes(",")),
};

function postscriptPattern(marker: string): RegExp {
  if (marker === "P.P.S") return new RegExp(`p\\.[${whiteSpace}]?p\\.[${whiteSpace}]?s`);
  if (marker === "P.S.") return new RegExp(`p\\.[${whiteSpace}]?s\\.`);
  return patternOf(marker.toLowerCase());
}
