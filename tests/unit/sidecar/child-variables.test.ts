import { delimiter } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { childVariables } from "../../../sdk/src/sidecar/child-variables.js";

const given = { serverBridge: "/package/server-bridge", token: "secret", platform: "linux", kind: "managed" } as const;

describe("childVariables", () => {
  test("inherits, and adds the token and the allocator's settings", () => {
    const variables = childVariables({ ...given, variables: { HF_HUB_OFFLINE: "1" } });
    expect(variables).toMatchObject({
      HF_HUB_OFFLINE: "1",
      MIDBLOCK_TOKEN: "secret",
      MALLOC_MMAP_THRESHOLD_: "8589934592",
      MALLOC_TRIM_THRESHOLD_: "17179869184",
      MALLOC_TOP_PAD_: "268435456",
      MALLOC_ARENA_MAX: "1",
      GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
    });
  });

  test("leaves the user's own allocator settings, and other systems, alone", () => {
    expect(childVariables({ ...given, variables: { MALLOC_TOP_PAD_: "1" } })["MALLOC_TOP_PAD_"]).toBe("1");
    expect(childVariables({ ...given, platform: "darwin", variables: {} })).not.toHaveProperty("MALLOC_TOP_PAD_");
  });

  test("a managed environment is shielded from the user's Python settings, an own one keeps them", () => {
    const variables = { PYTHONPATH: "/mine", PYTHONHOME: "/home" };
    const managed = childVariables({ ...given, variables });
    expect(managed["PYTHONPATH"]).toBe("/package/server-bridge");
    expect(managed).not.toHaveProperty("PYTHONHOME");
    const own = childVariables({ ...given, kind: "own", variables });
    expect(own["PYTHONPATH"]).toBe(["/package/server-bridge", "/mine"].join(delimiter));
    expect(own["PYTHONHOME"]).toBe("/home");
  });
});
