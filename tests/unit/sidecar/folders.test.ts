import { describe, expect, test } from "@jest/globals";
import { defaultCacheFolder, defaultStateFolder } from "../../../sdk/src/sidecar/folders.js";

const linux = { platform: "linux", home: "/home/ada" } as const;

describe("defaultCacheFolder", () => {
  test.each([
    [{ ...linux, variables: {} }, "/home/ada/.cache/midblock"],
    [{ ...linux, variables: { XDG_CACHE_HOME: "/fast" } }, "/fast/midblock"],
    [{ ...linux, variables: { XDG_CACHE_HOME: "/fast", MIDBLOCK_CACHE: "/mine" } }, "/mine"],
    [
      { platform: "darwin", home: "/Users/ada", variables: { XDG_CACHE_HOME: "/fast" } } as const,
      "/Users/ada/Library/Caches/midblock",
    ],
    [{ platform: "win32", home: "/u", variables: { LOCALAPPDATA: "/u/local" } } as const, "/u/local/midblock/cache"],
    [{ platform: "win32", home: "/u", variables: {} } as const, "/u/AppData/Local/midblock/cache"],
  ])("%j is %s", (surroundings, folder) => {
    expect(defaultCacheFolder(surroundings)).toBe(folder);
  });
});

describe("defaultStateFolder", () => {
  test.each([
    [{ ...linux, variables: {} }, "/home/ada/.local/state/midblock"],
    [{ ...linux, variables: { XDG_STATE_HOME: "/state" } }, "/state/midblock"],
    [{ ...linux, variables: { MIDBLOCK_STATE: "/mine", XDG_STATE_HOME: "/state" } }, "/mine"],
    [
      { platform: "darwin", home: "/Users/ada", variables: {} } as const,
      "/Users/ada/Library/Application Support/midblock",
    ],
  ])("%j is %s, apart from the cache", (surroundings, folder) => {
    expect(defaultStateFolder(surroundings)).toBe(folder);
    expect(defaultCacheFolder({ ...surroundings, variables: {} })).not.toBe(folder);
  });
});
