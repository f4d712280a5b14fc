import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { locate } from "../../../../sdk/src/data/files/location.js";
import { OptionsError } from "../../../../sdk/src/errors.js";

describe("locate", () => {
  test("takes a path as it is, a Windows path too", () => {
    expect(locate("data/a b.jsonl")).toEqual({ kind: "disk", name: "data/a b.jsonl", path: "data/a b.jsonl" });
    expect(locate("C:\\data\\a.jsonl")).toMatchObject({ kind: "disk", path: "C:\\data\\a.jsonl" });
    expect(locate(pathToFileURL("/data/a b.jsonl"))).toMatchObject({ kind: "disk", path: "/data/a b.jsonl" });
  });

  test("takes a URL, and leaves its query out of the name", () => {
    expect(locate("https://example.org/a.jsonl?token=secret")).toMatchObject({
      kind: "web",
      name: "https://example.org/a.jsonl",
      url: new URL("https://example.org/a.jsonl?token=secret"),
    });
  });

  test("takes a place on the hub in either form", () => {
    const plain = { kind: "hub", repository: "org/name", revision: undefined, path: "a/b.jsonl" };
    expect(locate("hf://org/name/a/b.jsonl")).toMatchObject(plain);
    expect(locate("hf://datasets/org/name/a/b.jsonl")).toMatchObject(plain);
    expect(locate("hf://org/name@refs%2Fpr%2F1/b.jsonl")).toMatchObject({ revision: "refs/pr/1", path: "b.jsonl" });
  });

  test.each(["s3://bucket/a.jsonl", "hf://org/name", "hf://a.jsonl", "https://", "https://user:secret@example.org/a"])(
    "refuses %s without telling a password",
    (place) => {
      expect(() => locate(place)).toThrow(OptionsError);
      expect(() => locate(place)).not.toThrow(/secret/);
    },
  );
});
