/** Makes server-bridge folders that hold a small program in place of the sidecar, for tests of what surrounds it. */
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const maker = fileURLToPath(new URL("../../../../server-bridge/make_environment.py", import.meta.url));

/** A new empty folder. */
export async function temporaryFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), "midblock-test-")));
}

/** Removes a folder whole. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** What the fake needs and does. */
export interface FakeServerBridge {
  /** Lines of pyproject.toml's dependencies. */
  readonly dependencies?: readonly string[];
  readonly constraints?: string;
  /** Body of midblock_server/__main__.py. */
  readonly program?: string;
}

/** Writes a server-bridge into a folder and returns its path. */
export async function writeServerBridge(folder: string, fake: FakeServerBridge): Promise<string> {
  const serverBridge = join(folder, "server-bridge");
  await mkdir(join(serverBridge, "midblock_server"), { recursive: true });
  const dependencies = JSON.stringify(fake.dependencies ?? []);
  const extras = 'dev = ["tool==1.0"]\ncuda = ["nonesuch-kernels==1.0"]\n';
  const pyproject = `[project]\ndependencies = ${dependencies}\n[project.optional-dependencies]\n${extras}`;
  await writeFile(join(serverBridge, "pyproject.toml"), pyproject);
  await writeFile(join(serverBridge, "constraints.txt"), fake.constraints ?? "");
  await copyFile(maker, join(serverBridge, "make_environment.py"));
  await writeFile(join(serverBridge, "midblock_server", "__init__.py"), "");
  await writeFile(join(serverBridge, "midblock_server", "__main__.py"), fake.program ?? "");
  return serverBridge;
}

/** What every fake program begins with: its options, and the words it can say. */
export const programStart = `
import json, os, signal, sys
options = dict(argument.removeprefix("--").split("=", 1) for argument in sys.argv if "=" in argument)
def say(**statement):
    print(json.dumps(statement), flush=True)
def log(level, message, **fields):
    print(json.dumps({"time": "2026-01-02T03:04:05+00:00", "level": level, "message": message, **fields}), file=sys.stderr, flush=True)
def ready():
    say(event="ready", address=options["listen"], pid=os.getpid(), protocol_version=1, server_version="0.1.0")
`;

/** A program that becomes ready and lives until its input ends. */
export const obedientProgram = `${programStart}
ready()
sys.stdin.read()
log("info", "input ended")
`;
