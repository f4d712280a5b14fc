/** Counts sentences and words in capitals. */
import { isUpper } from "../../python-text.js";

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * Number of sentences by Unicode's rules (UAX 29, Intl.Segmenter). The reference's library, Punkt, learnt abbreviations
 * from English newspapers and knows "Dr." or "U.S." inside a sentence, where this counts one more when a capital follows.
 * Lines are joined first, since Punkt reads on behind a line break without a full stop, where Unicode's rules end a
 * sentence. A sentence without any letter or number is none.
 */
export function countSentences(text: string): number {
  const joined = text.replace(/\s+/gu, " ");
  let count = 0;
  for (const { segment } of segmenter.segment(joined)) if (/[\p{L}\p{N}]/u.test(segment)) count += 1;
  return count;
}

/**
 * Words as the Penn Treebank has them: punctuation stands by itself, and contractions come apart ("DON'T" is "DO" and
 * "N'T"). Hyphens, slashes and dots inside a word keep it whole.
 */
const punctuation = /([^\p{L}\p{N}_\s.'’\-/])/gu;
const contraction = /(?<=\p{L})(n['’]t|['’](?:s|m|d|ll|re|ve))(?=$|[^\p{L}\p{N}])/giu;
const quote = /(?<![\p{L}\p{N}])['’]+|['’]+(?![\p{L}\p{N}])/gu;
const lastDot = /\.(?=$|["')\]}]*\s*$)/u;

/** Number of words that are all in capitals; "I" and "A1" are such words. */
export function countCapitalWords(text: string): number {
  const apart = text.replace(quote, " ").replace(contraction, " $1").replace(punctuation, " $1 ");
  const words = apart.replace(lastDot, " . ").split(/\s+/u);
  return words.filter(isUpper).length;
}
