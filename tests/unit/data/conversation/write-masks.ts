/**
 * Writes the masks of every family anew, to be read through before they are committed:
 *
 *     npx tsx tests/unit/data/conversation/write-masks.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { familyNames, masksOf } from "./families.js";

const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor() {
    super(2026, 2, 14, 12);
  }
} as DateConstructor;

mkdirSync("tests/fixtures/chat-templates/masks", { recursive: true });
for (const name of familyNames) writeFileSync(`tests/fixtures/chat-templates/masks/${name}.txt`, masksOf(name));
