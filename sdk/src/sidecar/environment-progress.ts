/** How far the making of an environment has come: the typed events, read from what the maker and pip print. */

/** The stages of making an environment. "waiting": another process is making the same one. */
export const environmentStages = ["waiting", "create", "install-torch", "install-packages"] as const;

/** Where the making of an environment is. */
export type EnvironmentStage = (typeof environmentStages)[number];

/** One thing that happened while an environment was made. */
export interface EnvironmentProgress {
  readonly stage: EnvironmentStage;
  /** What is done in the stage; absent where the stage just began. */
  readonly action?: "resolve" | "download" | "install";
  /** The package, and its size where pip told it, such as "torch (191.4 MB)"; for "install", all of them. */
  readonly package?: string;
  /** Seconds since the making began. */
  readonly elapsedSeconds: number;
}

/** What a line of pip's output tells of progress; undefined where nothing. */
export function readPipLine(line: string): Pick<Required<EnvironmentProgress>, "action" | "package"> | undefined {
  const collecting = /^\s*Collecting ([^\s<>=!~;[(]+)/.exec(line)?.[1];
  if (collecting !== undefined) return { action: "resolve", package: collecting };
  const download = /^\s*(?:Downloading|Using cached|Processing) (\S+?)(?:\.metadata)?(?: (\([\d.]+ \w+\)))?$/.exec(
    line,
  );
  const file = download?.[1];
  if (file !== undefined && !line.includes(".metadata")) {
    const size = download?.[2];
    return { action: "download", package: size === undefined ? packageOf(file) : `${packageOf(file)} ${size}` };
  }
  const installing = /^\s*Installing collected packages: (.+)$/.exec(line)?.[1];
  return installing === undefined ? undefined : { action: "install", package: installing };
}

/** "https://host/torch-2.13.0-cp311-cp311-linux_x86_64.whl" is "torch". */
function packageOf(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return /^(.+?)-\d/.exec(name)?.[1] ?? name;
}
