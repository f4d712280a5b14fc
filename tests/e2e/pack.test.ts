/** The package as it is published: packed, installed in an empty folder, and used from there, with its own sidecar. */
import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { execa } from "execa";
import { z } from "zod";
import { tinyModelFolder } from "../support/tiny-model.js";

jest.setTimeout(300_000); // npm installs from the network where its cache is empty.

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = fileURLToPath(new URL("consumer", import.meta.url));

let folder: string;
let model: string;
let packedFiles: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-consumer-"));
  const { filename, files } = await pack();
  packedFiles = files.map(({ path }) => path);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await npm(
    folder,
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    join(folder, filename),
  );
  model = await tinyModelFolder();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function pack() {
  const packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })).length(1);
  const { stdout } = await npm(root, "pack", "--json", "--pack-destination", folder);
  const [only] = packed.parse(JSON.parse(stdout.slice(stdout.indexOf("[")))); // The build may print before it.
  if (only === undefined) throw new Error("npm packed nothing");
  return only;
}

function npm(cwd: string, ...args: string[]) {
  return execa("npm", args, { cwd });
}

/** Runs a program of the consumer, whose runs and caches stay in its own folder. */
async function run(...args: string[]): Promise<unknown> {
  const env = { MIDBLOCK_CACHE: join(folder, "cache"), MIDBLOCK_STATE: join(folder, "state") };
  const { stdout } = await execa(process.execPath, args, { cwd: folder, env });
  return JSON.parse(stdout);
}

test("holds the SDK, the contract and the sidecar's sources, and nothing else", () => {
  expect(packedFiles).toEqual(
    expect.arrayContaining([
      "package.json",
      "dist/index.js",
      "dist/index.d.ts",
      "proto/midblock/v1/run.proto",
      "server-bridge/constraints.txt",
      "server-bridge/make_environment.py",
      "server-bridge/pyproject.toml",
      "server-bridge/midblock_server/__main__.py",
    ]),
  );
  const expected = [
    /^(package\.json|README\.md|LICENSE)$/,
    /^dist\/.+\.(js|d\.ts|js\.map)$/,
    /^proto\/.+\.proto$/,
    /^server-bridge\/(README\.md|constraints\.txt|pyproject\.toml|make_environment\.py)$/,
    /^server-bridge\/midblock_server\/(.+\.pyi?|py\.typed)$/,
  ];
  const unexpected = packedFiles.filter((path) => !expected.some((pattern) => pattern.test(path)));
  expect(unexpected).toEqual([]);
  expect(packedFiles.filter((path) => /test|__pycache__/.test(path))).toEqual([]);
});

test("trains from a TypeScript program that is checked in strict mode", async () => {
  await copyFile(join(programs, "finetune.ts"), join(folder, "finetune.ts"));
  const compilerOptions = {
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    outDir: "compiled",
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["finetune.ts"] }));
  await execa("tsc", ["-p", folder], { preferLocal: true, localDir: root });

  const trained = z
    .object({ types: z.array(z.string()), blocks: z.number(), runId: z.string() })
    .parse(await run(join("compiled", "finetune.js"), model, join(folder, "out")));
  expect(trained.blocks).toBe(6);
  expect(trained.types.filter((type) => type === "step-end")).toHaveLength(2);
  expect(trained.types.at(-1)).toBe("run-end");
  expect(await readdir(join(folder, "out"))).toEqual(expect.arrayContaining(["manifest.json", "report.html"]));
});

test("checks and shows data from a shell", async () => {
  const command = join(folder, "node_modules", ".bin", "midblock");
  const midblock = (...args: string[]) => execa(command, args, { cwd: folder, reject: false });
  await writeFile(join(folder, "rows.jsonl"), '{"prompt":"1 + 1 =","completion":" 2"}\n');
  const sound = await midblock("data", "check", "rows.jsonl", "--model", model);
  expect(sound).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^rows +1$/m), stderr: "" });
  const shown = await midblock("data", "preview", "rows.jsonl", "--model", model);
  expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("⟦ 2") });

  await writeFile(join(folder, "bad.jsonl"), '{"text":"fine"}\n{"text":3}\n');
  const faulty = await midblock("data", "check", "bad.jsonl", "--model", model);
  expect(faulty).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/missing_text +1$/m) });
  expect(faulty.stderr).toContain("bad.jsonl:2 text");
  expect(await midblock("data", "check")).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--help") });
});

test("generates from a JavaScript module", async () => {
  await copyFile(join(programs, "generate.mjs"), join(folder, "generate.mjs"));
  const answer = await run("generate.mjs", model);
  expect(answer).toMatchObject({ index: 0, text: expect.any(String) });
  expect(z.object({ tokenIds: z.array(z.number()).min(1).max(4) }).parse(answer)).toBeDefined();
});
