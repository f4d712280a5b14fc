/** Opens a page in headless Chromium and tells what it rendered and what it logged. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
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
  "--hide-scrollbars",
];

/** Path of the first browser on the PATH, or undefined. */
export function findBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return browserNames.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** The page's DOM once it is loaded, and the lines that it wrote to the console. */
export async function openPage(browser: string, url: string): Promise<{ dom: string; console: string[] }> {
  return withProfile(async (profile) => {
    const { stdout, stderr } = await run(browser, ["--dump-dom", `--user-data-dir=${profile}`, url]);
    return { dom: stdout, console: consoleLines(stderr) };
  });
}

/** A picture of the page's top as PNG, and the lines that it wrote to the console. */
export async function photographPage(
  browser: string,
  url: string,
  { theme, width, height }: { readonly theme: "light" | "dark"; readonly width: number; readonly height: number },
): Promise<{ png: Buffer; console: string[] }> {
  return withProfile(async (profile) => {
    const picture = join(profile, "page.png");
    const { stderr } = await run(browser, [
      `--blink-settings=preferredColorScheme=${theme === "dark" ? 0 : 1}`,
      `--window-size=${width},${height}`,
      `--screenshot=${picture}`,
      `--user-data-dir=${profile}`,
      url,
    ]);
    return { png: await readFile(picture), console: consoleLines(stderr) };
  });
}

function run(browser: string, options: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(browser, [...flags, ...options], { maxBuffer: 2 ** 26, timeout: 60_000 });
}

function consoleLines(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line.includes("CONSOLE"));
}

async function withProfile<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const profile = await mkdtemp(join(tmpdir(), "midblock-browser-"));
  try {
    return await use(profile);
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
