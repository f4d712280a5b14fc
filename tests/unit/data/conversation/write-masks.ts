/**
 * Writes the masks of every family anew, to be read through before they are committed:
 *
 *     npx tsx tests/unit/data/conversation/write-masks.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { familyNames, masksOf } from "./families.js";

mkdirSync("tests/fixtures/chat-templates/masks", { recursive: true });
for (const name of familyNames) writeFileSync(`tests/fixtures/chat-templates/masks/${name}.txt`, masksOf(name));
