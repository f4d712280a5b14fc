/** Holds the import rules of docs/design.md, section 3, for both languages. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Import {
  /** The importing file, relative to the root. */
  readonly file: string;
  /** A package name, or a path relative to the root for imports of our own files. */
  readonly target: string;
}

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

function typescriptImports(): Import[] {
  return filesUnder("sdk/src", ".ts")
    .filter((file) => !file.startsWith("sdk/src/transport/gen/"))
    .flatMap((file) => {
      const source = readFileSync(join(root, file), "utf8");
      const targets = [...source.matchAll(/^\s*(?:import|export)\b[^;]*?from\s+"([^"]+)";/gms)].map(
        (match) => match[1] ?? "",
      );
      return targets.map((target) => ({
        file,
        target: target.startsWith(".") ? relative(root, join(root, dirname(file), target)) : target,
      }));
    });
}

function pythonImports(): Import[] {
  return filesUnder("server-bridge/midblock_server", ".py")
    .filter((file) => !file.includes("/gen/"))
    .flatMap((file) => {
      const source = readFileSync(join(root, file), "utf8");
      const targets = [...source.matchAll(/^\s*(?:from\s+([\w.]+)\s+import|import\s+([\w.]+))/gm)];
      return targets.map((match) => ({ file, target: match[1] ?? match[2] ?? "" }));
    });
}

/** Imports that break a rule, as "file -> target". */
function breaches(
  imports: readonly Import[],
  inFile: (file: string) => boolean,
  forbidden: (target: string) => boolean,
) {
  return imports
    .filter(({ file, target }) => inFile(file) && forbidden(target))
    .map(({ file, target }) => `${file} -> ${target}`);
}

const inFolder =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
const typescript = typescriptImports();
const python = pythonImports();

describe("TypeScript", () => {
  const domain = ["config", "data", "layers", "training", "evaluation", "analysis", "report"].map(
    (name) => `sdk/src/${name}`,
  );

  test("the imports are found at all", () => {
    expect(typescript.length).toBeGreaterThan(100);
    expect(typescript).toContainEqual({ file: "sdk/src/client.ts", target: "sdk/src/transport/grpc-bridge.js" });
  });

  test("domain code imports neither transport nor sidecar, nor what is above it", () => {
    const above = inFolder(
      "sdk/src/transport",
      "sdk/src/sidecar",
      "sdk/src/finetune",
      "sdk/src/runs",
      "sdk/src/terminal",
    );
    expect(
      breaches(typescript, inFolder(...domain), (target) => above(target) || target === "sdk/src/client.js"),
    ).toEqual([]);
  });

  test("outside transport only its seam is known: bridge.ts, and grpc-bridge.ts to the client alone", () => {
    const outside = (file: string) => !inFolder("sdk/src/transport")(file);
    const inner = (target: string) => inFolder("sdk/src/transport")(target) && !target.endsWith("/bridge.js");
    expect(breaches(typescript, outside, inner)).toEqual(["sdk/src/client.ts -> sdk/src/transport/grpc-bridge.js"]);
  });

  test("the sidecar's folder is known to the client alone", () => {
    const outside = (file: string) => !inFolder("sdk/src/sidecar")(file) && file !== "sdk/src/client.ts";
    expect(breaches(typescript, outside, inFolder("sdk/src/sidecar"))).toEqual([]);
  });

  test("gRPC stays in transport, processes stay in sidecar", () => {
    const grpc = (target: string) => target.startsWith("@grpc/") || target.startsWith("@bufbuild/");
    expect(breaches(typescript, (file) => !inFolder("sdk/src/transport")(file), grpc)).toEqual([]);
    const processes = (target: string) => target === "execa" || target === "node:child_process";
    expect(breaches(typescript, (file) => !inFolder("sdk/src/sidecar")(file), processes)).toEqual([]);
  });

  test("errors.ts and random.ts import nothing", () => {
    expect(
      breaches(
        typescript,
        (file) => file === "sdk/src/errors.ts" || file === "sdk/src/random.ts",
        () => true,
      ),
    ).toEqual([]);
  });

  const command = inFolder("sdk/src/cli");

  test("nobody inside imports index.ts, but for the command", () => {
    expect(
      breaches(
        typescript,
        (file) => !command(file),
        (target) => target === "sdk/src/index.js",
      ),
    ).toEqual([]);
  });

  test("the command knows the public names alone, and nobody knows the command", () => {
    const inner = (target: string) => inFolder("sdk/src")(target) && !command(target) && target !== "sdk/src/index.js";
    expect(typescript.some(({ file, target }) => command(file) && target === "sdk/src/index.js")).toBe(true);
    expect(breaches(typescript, command, inner)).toEqual([]);
    expect(breaches(typescript, (file) => !command(file), command)).toEqual([]);
  });
});

describe("Python", () => {
  const core = inFolder("server-bridge/midblock_server/core");
  const begins =
    (...names: string[]) =>
    (target: string) =>
      names.some((name) => target === name || target.startsWith(`${name}.`));

  test("the imports are found at all", () => {
    expect(python.length).toBeGreaterThan(100);
    expect(python.some(({ file, target }) => core(file) && target === "torch")).toBe(true);
  });

  test("core knows nothing of gRPC, the contract or the server", () => {
    const forbidden = (target: string) =>
      begins("grpc", "grpc_health", "grpc_reflection", "google.protobuf", "sqlite3")(target) ||
      (begins("midblock_server")(target) && !begins("midblock_server.core")(target));
    expect(breaches(python, core, forbidden)).toEqual([]);
  });

  test("outside core nothing imports torch or what builds on it", () => {
    const heavy = begins("torch", "transformers", "peft", "safetensors", "tokenizers", "numpy");
    expect(breaches(python, (file) => !core(file), heavy)).toEqual([]);
  });

  test("servicers reach core through the engine alone, but for its plain types and errors", () => {
    const servicers = inFolder("server-bridge/midblock_server/servicers");
    const plain = ["midblock_server.core.types", "midblock_server.core.errors"];
    const forbidden = (target: string) => begins("midblock_server.core")(target) && !plain.includes(target);
    expect(breaches(python, servicers, forbidden)).toEqual([]);
  });
});

/** docs/design.md asks to stop and think at 250; a plain list of types may run a little past it. */
const mostLines = 300;

test("no file has grown past the size where one stops and thinks", () => {
  const written = [...filesUnder("sdk/src", ".ts"), ...filesUnder("server-bridge/midblock_server", ".py")];
  const long = written
    .filter((file) => !file.includes("/gen/"))
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > mostLines);
  expect(long).toEqual([]);
});
