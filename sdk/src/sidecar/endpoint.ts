/** Chooses where a local sidecar listens: a Unix socket that only this user can reach, else loopback. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A place to listen at. */
export interface Endpoint {
  /** For the sidecar's --listen: "unix:/path", or "127.0.0.1:0" for a port that the system chooses. */
  readonly listen: string;
  /** Removes what was made for it. */
  release(): Promise<void>;
}

/** The longest socket path that every system takes (macOS: 104 bytes with the end mark; Linux: 108). */
const longestSocketPathBytes = 103;

/** Makes an endpoint. The folder of a socket has mode 0700; where none can be made, the port on loopback serves. */
export async function makeEndpoint(
  platform: NodeJS.Platform = process.platform,
  temporaryFolder: string = tmpdir(),
): Promise<Endpoint> {
  const pattern = join(temporaryFolder, "midblock-");
  const socketOf = (folder: string) => join(folder, "sidecar.sock");
  const fits = Buffer.byteLength(socketOf(`${pattern}XXXXXX`)) <= longestSocketPathBytes;
  const folder = platform !== "win32" && fits ? await mkdtemp(pattern).catch(() => undefined) : undefined;
  if (folder === undefined) return { listen: "127.0.0.1:0", release: async () => {} };
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true }); // For a program that never stops it.
  process.once("exit", removeAtExit);
  const release = async () => {
    process.off("exit", removeAtExit);
    await rm(folder, { recursive: true, force: true });
  };
  return { listen: `unix:${socketOf(folder)}`, release };
}
