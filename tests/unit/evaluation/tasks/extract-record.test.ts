import { expect, test } from "@jest/globals";
import { extractRecord } from "../../../../sdk/src/evaluation/tasks/extract-record.js";

test.each([
  ['{"a":1}', { a: 1 }],
  [' \n {"a": 1.0}\n\n', { a: 1 }],
  ['```json\n{"a":1}\n```', { a: 1 }],
  ['```\n{\n "a": 1\n}\n```\n', { a: 1 }],
  ["{}", {}],
])("reads %j", (output, record) => {
  expect(extractRecord(output)).toEqual(record);
});

test.each([
  "",
  "```",
  "``````",
  "```json",
  "```json\n```",
  '```json {"a":1}```',
  '```json\n{"a":1}',
  '```js\n{"a":1}\n```',
  '```json\n```json\n{"a":1}\n```\n```',
  'Here it is: {"a":1}',
  '{"a":1}{"a":1}',
  '{"a":1,}',
  "{'a':1}",
  '{"a":NaN}',
  '[{"a":1}]',
  "null",
  '"a"',
  "[".repeat(200_000),
])("finds no record in %.40j", (output) => {
  expect(extractRecord(output)).toBeUndefined();
});

test("a key named __proto__ is a key like any other", () => {
  const record = extractRecord('{"__proto__":{"polluted":true}}');
  expect(Object.keys(record ?? {})).toEqual(["__proto__"]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
