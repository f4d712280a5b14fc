import { describe, expect, test } from "@jest/globals";
import { meets, parseRequirement } from "../../../sdk/src/sidecar/requirement.js";

describe("parseRequirement", () => {
  test("splits name and range", () => {
    const requirement = parseRequirement("peft >=0.21, <0.22");
    expect(requirement).toEqual({ name: "peft", range: ">=0.21,<0.22", text: "peft >=0.21, <0.22" });
  });

  test("takes a bare name as any version", () => {
    expect(parseRequirement("grpcio-tools").range).toBe("");
  });

  test.each(["torch[cuda]>=2", "numpy>=2; python_version < '3.11'", "x @ https://host/x.whl", "a~=1.0"])(
    "refuses %s rather than to misread it",
    (text) => {
      expect(() => parseRequirement(text)).toThrow(text);
    },
  );
});

describe("meets", () => {
  test.each([
    ["2.6", "torch>=2.6", true],
    ["2.13.0+cpu", "torch>=2.6", true],
    ["2.5.1", "torch>=2.6", false],
    ["2.6.0a0+ecf3bae40a.nv25.01", "torch>=2.6", true],
    ["0.22.0", "peft>=0.21,<0.22", false],
    ["0.21.9", "peft>=0.21,<0.22", true],
    ["5.100", "transformers>=5.20,<6", true],
    ["6.0.0.dev1", "transformers>=5.20,<6", false],
    ["1.85.1", "grpcio-tools==1.85.1", true],
    ["1.85.1.0", "grpcio-tools==1.85.1", true],
    ["1.85.10", "grpcio-tools==1.85.1", false],
    ["1.0", "x!=1.0", false],
    ["1.0", "x<=1.0", true],
    ["1.0.1", "x>1.0", true],
    ["7", "x", true],
  ])("version %s, %s: %s", (version, text, expected) => {
    expect(meets(version, parseRequirement(text))).toBe(expected);
  });
});
