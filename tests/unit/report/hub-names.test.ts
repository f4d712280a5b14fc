import { expect, test } from "@jest/globals";
import { hubDatasetId, hubModelId } from "../../../sdk/src/report/hub-names.js";

test.each([
  ["HuggingFaceTB/SmolLM2-135M", "HuggingFaceTB/SmolLM2-135M"],
  ["/home/me/.cache/huggingface/hub/models--HuggingFaceTB--SmolLM2-135M/snapshots/12fd", "HuggingFaceTB/SmolLM2-135M"],
  ["C:\\cache\\models--org--name.v1\\snapshots\\ab", "org/name.v1"],
  ["/home/me/models/mine", undefined],
  ["./mine/model", undefined],
  ["../mine", undefined],
  [undefined, undefined],
])("the model of %j is %j", (loadableFrom, id) => {
  expect(hubModelId(loadableFrom)).toBe(id);
});

test.each([
  ["https://huggingface.co/datasets/openai/gsm8k/resolve/main/main/train-00000.parquet", "openai/gsm8k"],
  ["https://huggingface.co/datasets/openai/gsm8k", "openai/gsm8k"],
  ["hf://datasets/openai/gsm8k@refs-1/main/train.parquet", "openai/gsm8k"],
  ["hf://datasets/openai/gsm8k/main/train.parquet", "openai/gsm8k"],
  ["https://elsewhere.invalid/datasets/openai/gsm8k", undefined],
  ["data/train.jsonl", undefined],
])("the data set of %j is %j", (name, id) => {
  expect(hubDatasetId(name)).toBe(id);
});
