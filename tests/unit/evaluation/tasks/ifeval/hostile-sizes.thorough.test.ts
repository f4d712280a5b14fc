/** Responses of ten megabytes that make careless expressions take for ever. */
import { expect, test } from "@jest/globals";
import { instructions } from "../../../../../sdk/src/evaluation/tasks/ifeval/instructions.js";

test.each([
  ["detectable_format:title", {}, "<<"],
  ["detectable_content:number_placeholders", { num_placeholders: 3 }, "["],
  ["detectable_format:number_bullet_lists", { num_bullets: 3 }, "\n"],
  ["detectable_format:number_highlighted_sections", { num_highlights: 3 }, "* "],
  ["length_constraints:number_paragraphs", { num_paragraphs: 3 }, " ***"],
  ["detectable_format:json_format", {}, '{"a":'],
  ["length_constraints:number_words", { num_words: 3, relation: "less than" }, "a "],
] as const)("%s takes 10 MB of one hostile piece", (id, settings, piece) => {
  const check = instructions[id]?.parse(settings);
  expect(typeof check?.(piece.repeat(10_000_000 / piece.length))).toBe("boolean");
});
