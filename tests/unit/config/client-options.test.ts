import { describe, expect, test } from "@jest/globals";
import {
  type ConnectOptions,
  type LaunchOptions,
  readConnectOptions,
  readLaunchOptions,
} from "../../../sdk/src/config/client-options.js";
import { OptionsError } from "../../../sdk/src/errors.js";

/** Options as a program without types would give them. */
function untyped<Options>(json: string): Options {
  return JSON.parse(json);
}

function errorOf(read: () => unknown): OptionsError {
  try {
    read();
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error("the options were accepted");
}

describe("readLaunchOptions", () => {
  test("returns sound options as they are", () => {
    const options: LaunchOptions = {
      model: "smollm2-135m-instruct",
      python: undefined,
      device: "cuda:1",
      dtype: "bfloat16",
      quantization: "nf4",
      threads: 0,
      evaluationCache: { folder: "answers", maxBytes: 0 },
      onLog: () => {},
      onProgress: () => {},
      signal: new AbortController().signal,
    };
    expect(readLaunchOptions(options)).toBe(options);
  });

  test.each([
    ['{"model": ""}', "model"],
    ["{}", "model"],
    ['{"model": "m", "device": "gpu"}', "device"],
    ['{"model": "m", "dtype": "float8"}', "dtype"],
    ['{"model": "m", "quantization": "int3"}', "quantization"],
    ['{"model": "m", "threads": 1.5}', "threads"],
    ['{"model": "m", "onLog": "print"}', "onLog"],
    ['{"model": "m", "signal": true}', "signal"],
    ['{"model": "m", "cacheFolder": 5}', "cacheFolder"],
    ['{"model": "m", "evaluationCache": true}', "evaluationCache"],
    ['{"model": "m", "evaluationCache": {"maxBytes": -1}}', "evaluationCache.maxBytes"],
  ])("refuses %s", (json, where) => {
    const { faults } = errorOf(() => readLaunchOptions(untyped(json)));
    expect(faults).toEqual([expect.objectContaining({ where })]);
  });

  test("suggests the option that was meant, and names the call", () => {
    const error = errorOf(() => readLaunchOptions(untyped('{"modle": "m"}')));
    expect(error.message).toContain("Client.launch");
    expect(error.faults).toContainEqual(expect.objectContaining({ where: "modle", wanted: 'did you mean "model"?' }));
  });
});

describe("readConnectOptions", () => {
  test("returns sound options as they are", () => {
    const options: ConnectOptions = {
      address: "gpu-box:50051",
      token: "secret",
      tls: { rootCertificates: "PEM" },
      evaluationCache: false,
    };
    expect(readConnectOptions(options)).toBe(options);
  });

  test("never shows the token", () => {
    const token = "s3cret".repeat(1000);
    const error = errorOf(() => readConnectOptions({ address: "a:1", token }));
    expect(error.faults).toEqual([expect.objectContaining({ where: "token", found: "a value that is not shown" })]);
    expect(JSON.stringify([error.message, error.faults])).not.toContain("s3cret");
    const inside = errorOf(() => readConnectOptions(untyped('{"address": "a:1", "token": {"value": "s3cret"}}')));
    expect(JSON.stringify([inside.message, inside.faults])).not.toContain("s3cret");
  });

  test("tells of a wrong certificate and an unknown key inside tls", () => {
    const json = '{"address": "a:1", "token": "t", "tls": {"rootCertificates": 5, "servername": "x"}}';
    const { faults } = errorOf(() => readConnectOptions(untyped(json)));
    expect(faults.map(({ where }) => where).sort()).toEqual(["tls.rootCertificates", "tls.servername"]);
  });
});
