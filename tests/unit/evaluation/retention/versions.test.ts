/** Whoever changes a question changes what its task measures, so that its rule's version must rise. */
import { expect, test } from "@jest/globals";
import { jsonHash } from "../../../../sdk/src/evaluation/json-hash.js";
import { neutralPrompts } from "../../../../sdk/src/evaluation/neutral-prompts.js";
import { followingRows } from "../../../../sdk/src/evaluation/retention/following/following-rows.js";
import { knowledgeBySubject } from "../../../../sdk/src/evaluation/retention/knowledge/knowledge-by-subject.js";
import { languageTexts } from "../../../../sdk/src/evaluation/retention/language-texts.js";
import { retention } from "../../../../sdk/src/evaluation/retention/retention.js";

/** Never change a line: add one for the next version. */
const hashes: Readonly<Record<string, string>> = {
  "drift 1": "sha256:962b35a65208caa2",
  // The same prompts with shorter replies.
  "drift 2": "sha256:962b35a65208caa2",
  "drift 3": "sha256:f974057579b2ead8",
  "retention-knowledge 1": "sha256:026ddac3e538bdc5",
  "retention-following 1": "sha256:80d2557cd3add6f9",
  "retention-language 1": "sha256:769c43b478669eee",
};

test.each([
  ["drift", neutralPrompts],
  ["retention-knowledge", knowledgeBySubject],
  ["retention-following", followingRows],
  ["retention-language", languageTexts],
])("if you change what %s asks, raise the version of its rule, and note its hash here", (name, questions) => {
  const version = retention().find((task) => task.name === name)?.rule.version;
  expect(jsonHash(questions).slice(0, 23)).toBe(hashes[`${name} ${version}`]);
});
