import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { csv } from "../../../sdk/src/data/formats/csv.js";
import { jsonl } from "../../../sdk/src/data/formats/jsonl.js";
import { readExamples } from "../../../sdk/src/data/read-examples.js";
import { changedNumbers } from "../../../sdk/src/data/written-numbers.js";
import { errorOf } from "./support/reading.js";
import { temporaryFiles } from "./support/temporary-files.js";

const fileOf = temporaryFiles();

const numbers = [
  ...[
    "0",
    "-0",
    "7",
    "-12",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "12345678901234567890",
    "1e21",
  ],
  ...["1.0", "-0.0", "1.5", "1.10", "1e5", "1E+2", "1.5e3", "15e-1", "1e15", "1e16", "1e22", "123456789012345678.5"],
  ...["0.1", "0.0001", "0.00012", "0.00009", "1e-5", "1e-7", "1.5e-7", "1e-9", "9.9e-10", "1e-10", "5e-324", "1e400"],
  ...["1000000000000000000000", "0.30000000000000004"],
];

test("names just the numbers that Python writes otherwise than JavaScript", () => {
  const script = "import json, sys; print(json.dumps([json.dumps(json.loads(one)) for one in json.load(sys.stdin)]))";
  const python: unknown = JSON.parse(
    execFileSync("python3", ["-c", script], { input: JSON.stringify(numbers), encoding: "utf8" }),
  );
  const written = numbers.map((number) => JSON.stringify(JSON.parse(number)));
  const differing = numbers.filter((_, index) => written[index] !== Object(python)[index]);
  expect(changedNumbers(`[${numbers.join(", ")}]`).map((number) => number.written)).toEqual(differing);
  expect(differing).toEqual(expect.arrayContaining(["1.0", "1e5", "12345678901234567890", "1e-5"]));
});

test("tells their paths, whatever strings and keys there are beside them", () => {
  const text = '{"a": {"b\\"1.0": [1, "2.0, \\\\", {"c": 3.0}], "d": -4e0}, "e,[": [[], {}, 5.0]}';
  expect(changedNumbers(text)).toEqual([
    { path: ["a", 'b"1.0', 2, "c"], written: "3.0" },
    { path: ["a", "d"], written: "-4e0" },
    { path: ["e,[", 2], written: "5.0" },
  ]);
});

describe("numbers of tool calls", () => {
  const row = (argumentsText: string, tools = "[]") =>
    `{"messages":[{"role":"user","content":"?"},{"role":"assistant","tool_calls":[{"id":"c","function":` +
    `{"name":"f","arguments":${argumentsText}}}]}],"tools":${tools}}`;
  const at = "messages[1].tool_calls[0].function.arguments";

  test("that can't be kept are refused by their paths: as objects, as JSON text, and in tools", async () => {
    const path = fileOf(
      [row('{"t":[20.0,1.5]}'), row('"{\\"t\\": 1e5}"'), row("{}", '[{"parameters":{"most":1.0}}]')].join("\n"),
    );
    expect((await errorOf(jsonl(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:1 ${at}.t[0]`, found: "20.0", check: "number_form" }),
      expect.objectContaining({ where: `${path}:2 ${at}.t`, found: "1e5" }),
      expect.objectContaining({ where: `${path}:3 tools[0].parameters.most`, found: "1.0" }),
    ]);
  });

  test("are refused under a file's own names, in a table, and behind a shuffle", async () => {
    const own = fileOf(
      `{"dialogue":${JSON.stringify(JSON.parse(row("{}")).messages).replace("{}", '{"t":1.0}')},"x":2.0}`,
    );
    const fault = expect.objectContaining({ where: `${own}:1 ${at}.t` });
    expect((await errorOf(jsonl(own, { messages: "dialogue" }).shuffle(1))).faults).toEqual([fault]);
    const messages = /"messages":(.*),"tools"/.exec(row('{"t":1.0}'))?.[1] ?? "";
    const table = fileOf(`messages\n"${messages.replaceAll('"', '""')}"\n`, "csv");
    expect((await errorOf(csv(table))).faults).toEqual([expect.objectContaining({ where: `${table}:2 ${at}.t` })]);
  });

  test("that can be kept are kept, and a number elsewhere is nobody's fault", async () => {
    const path = fileOf(`${row('{"t":[20,1.5,"1.0"]}')}\n{"tokenIds":[1,2.0],"lossWeights":[0,1.0]}`);
    expect(await readExamples(jsonl(path))).toMatchObject([{ kind: "messages" }, { tokenIds: [1, 2] }]);
  });
});
