/** Opens a page in headless Chromium and tells what it rendered and what it logged. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export const browserNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-logging=stderr",
  "--dump-dom",
];

/** Path of the first browser on the PATH, or undefined. */
export function findBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return browserNames.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** The page's DOM once it is loaded, and the lines that it wrote to the console. */
export async function openPage(browser: string, url: string): Promise<{ dom: string; console: string[] }> {
  const profile = await mkdtemp(join(tmpdir(), "midblock-browser-"));
  try {
    const { stdout, stderr } = await promisify(execFile)(browser, [...flags, `--user-data-dir=${profile}`, url], {
      maxBuffer: 2 ** 26,
      timeout: 60_000,
    });
    return { dom: stdout, console: stderr.split("\n").filter((line) => line.includes("CONSOLE")) };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
