/** Takes an example whose tokens were given. */
import type { TokenExample } from "./datum.js";
import type { EncodedExample } from "./encode.js";
import { placeOf } from "./place.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The tokens and weights as they are; only the first token's weight becomes 0, since nothing predicts it. A fault where an
 * id is not in the model's vocabulary.
 */
export function takeTokens({ tokenIds, lossWeights, source }: TokenExample, tokenizer: Tokenizer): EncodedExample {
  const where = placeOf(source);
  const outside = tokenIds.findIndex((id) => id >= tokenizer.vocabularySize);
  if (outside !== -1) {
    const problem = "the token id is not in the model's vocabulary";
    const wanted = `ids below ${tokenizer.vocabularySize}`;
    const found = String(tokenIds[outside]);
    const fault = { where: `${where} tokenIds[${outside}]`, problem, found, wanted, check: "token_id_range" };
    return { fault, blame: "row" };
  }
  const weights = lossWeights.map((weight, position) => (position === 0 ? 0 : weight));
  return { datum: { tokenIds, lossWeights: weights, source }, keptControlTexts: 0 };
}
