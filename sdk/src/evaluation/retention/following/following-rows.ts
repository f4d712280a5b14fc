/** All prompts that retention's following asks. Changing one changes what the number means: raise the rule's version. */

import { aboutForm } from "./about-form.js";
import { aboutWords } from "./about-words.js";
import type { FollowingRow } from "./following-row.js";
import { withSeveralRules } from "./with-several-rules.js";

/**
 * 71 prompts of one to three rules each, written for this project; none shares eight words in a row with a prompt of IFEval.
 * Each says its rules in plain words, needs no knowledge, and can be answered within 160 tokens. 20 of the 25 kinds of
 * IFEval's instructions occur, each three times or more: all but those whose verdict rests on a library, which are the three
 * that detect the language, the number of sentences and the number of capital words.
 */
export const followingRows: readonly FollowingRow[] = [...aboutWords, ...aboutForm, ...withSeveralRules];
