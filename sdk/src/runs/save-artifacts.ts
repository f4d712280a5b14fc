/** Receives the files a run produced, checks their hashes, and puts them in place only when they are whole. */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { BridgeError } from "../errors.js";
import type { ReportArtifact } from "../report/run-report.js";
import type { Bridge } from "../transport/bridge.js";

interface OpenFile {
  readonly header: ReportArtifact;
  readonly part: string;
  readonly handle: FileHandle;
  readonly hash: ReturnType<typeof createHash>;
  received: number;
}

/**
 * Writes the files of a run's newest checkpoint, or of the given step's, into a folder; tells what was written. With the
 * form "merged" the sidecar makes the whole model of them first.
 */
export async function saveArtifacts(
  bridge: Bridge,
  runId: string,
  folder: string,
  options: { readonly step?: number; readonly signal?: AbortSignal; readonly form?: "trained" | "merged" } = {},
): Promise<readonly ReportArtifact[]> {
  const saved: ReportArtifact[] = [];
  let current: OpenFile | undefined;
  try {
    for await (const part of bridge.fetchArtifacts(runId, options.step, options.signal, options.form)) {
      if (part.kind === "header") {
        if (current) saved.push(await finish(current, folder));
        current = await begin(part, folder);
      } else if (current) {
        await current.handle.writeFile(part.data);
        current.hash.update(part.data);
        current.received += part.data.byteLength;
      }
    }
    if (current) saved.push(await finish(current, folder));
    current = undefined;
    return saved;
  } finally {
    if (current) await discard(current);
  }
}

async function begin(header: ReportArtifact, folder: string): Promise<OpenFile> {
  const { path, bytes, sha256 } = header;
  const target = join(folder, path);
  // A path from the wire must not lead out of the folder.
  if (!normalize(target).startsWith(normalize(folder + sep))) {
    throw corrupt(path, "a path that leads out of the folder", "a path inside it");
  }
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  return {
    header: { path, bytes, sha256 },
    part,
    handle: await open(part, "w"),
    hash: createHash("sha256"),
    received: 0,
  };
}

async function finish(file: OpenFile, folder: string): Promise<ReportArtifact> {
  const { header, handle, hash, received, part } = file;
  const digest = hash.digest("hex");
  if (received !== header.bytes || digest !== header.sha256) {
    throw corrupt(
      header.path,
      `${received} bytes, SHA-256 ${digest}`,
      `${header.bytes} bytes, SHA-256 ${header.sha256}`,
    );
  }
  await handle.sync();
  await handle.close();
  await rename(part, join(folder, header.path));
  return header;
}

async function discard(file: OpenFile): Promise<void> {
  await file.handle.close();
  await rm(file.part, { force: true });
}

function corrupt(path: string, found: string, wanted: string): BridgeError {
  return new BridgeError({
    code: "artifact-corrupt",
    what: `The file "${path}" did not arrive as the sidecar announced it.`,
    found,
    wanted,
    nextStep: "Fetch it again; if it stays so, the sidecar's disk is to be distrusted.",
  });
}
