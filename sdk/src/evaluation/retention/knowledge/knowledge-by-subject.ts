/** All questions of general knowledge that retention asks. Changing one changes what the number means: raise the rule's version. */
import { biology } from "./biology.js";
import { chemistry } from "./chemistry.js";
import { civicsAndEconomy } from "./civics-and-economy.js";
import { earthAndSpace } from "./earth-and-space.js";
import { geography } from "./geography.js";
import { history } from "./history.js";
import { humanBody } from "./human-body.js";
import type { KnowledgeQuestion } from "./knowledge-question.js";
import { languageAndGrammar } from "./language-and-grammar.js";
import { literatureAndArt } from "./literature-and-art.js";
import { mathematics } from "./mathematics.js";
import { physics } from "./physics.js";
import { technologyAndComputing } from "./technology-and-computing.js";

/**
 * 156 easy questions, 13 in each of twelve subjects, written for this project and taken from no benchmark. Each has one right
 * answer that time does not change. Right answers stand in each of the four places 39 times: in every subject three times
 * each and once more in one of them, in an order drawn at random when the files were written.
 */
export const knowledgeBySubject = {
  mathematics,
  physics,
  chemistry,
  biology,
  "human-body": humanBody,
  "earth-and-space": earthAndSpace,
  geography,
  history,
  "language-and-grammar": languageAndGrammar,
  "literature-and-art": literatureAndArt,
  "technology-and-computing": technologyAndComputing,
  "civics-and-economy": civicsAndEconomy,
} as const satisfies Readonly<Record<string, readonly KnowledgeQuestion[]>>;
