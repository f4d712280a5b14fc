import { describe, expect, test } from "@jest/globals";
import { renderModelCard } from "../../../sdk/src/report/model-card.js";
import type { RunReport } from "../../../sdk/src/report/run-report.js";
import { hostileReport, hostileText } from "../../support/hostile-report.js";
import { sampleReport } from "../../support/sample-report.js";
import { sampleTasks } from "../../support/sample-tasks.js";

/** The metadata, each line a key and a JSON value: a part of YAML that needs no YAML reader. */
function metadata(card: string): Record<string, unknown> {
  const [, block = ""] = /^---\n(.*?)\n---\n/s.exec(card) ?? [];
  const entries = block.split("\n").map((line): [string, unknown] => {
    const [, key = "", value = ""] = /^([a-z_]+): (.+)$/.exec(line) ?? [];
    return [key, JSON.parse(value)];
  });
  return Object.fromEntries(entries);
}

function from(model: Partial<RunReport["model"]>, dataName = "train.jsonl"): RunReport {
  const report = sampleReport();
  return { ...report, model: { ...report.model, ...model }, data: { ...report.data, name: dataName } };
}

describe("the metadata", () => {
  test("names what is known to be on the hub", () => {
    const cached = "/home/me/.cache/huggingface/hub/models--HuggingFaceTB--SmolLM2-135M-Instruct/snapshots/12fd25f7";
    const address = "https://huggingface.co/datasets/openai/gsm8k/resolve/main/train.parquet";
    expect(metadata(renderModelCard(from({ loadableFrom: cached }, address)))).toEqual({
      base_model: "HuggingFaceTB/SmolLM2-135M-Instruct",
      base_model_relation: "adapter",
      library_name: "peft",
      pipeline_tag: "text-generation",
      tags: ["lora", "midblock"],
      license: "apache-2.0",
      datasets: ["openai/gsm8k"],
    });
  });

  test("leaves out what is not, and tells no folder of this machine", () => {
    const card = renderModelCard(from({ loadableFrom: "/home/me/models/mine", license: "" }));
    expect(Object.keys(metadata(card))).toEqual(["library_name", "pipeline_tag", "tags"]);
    expect(card).not.toContain("/home/me");
    expect(card).toContain('base = "folder or hub id of the base model"');
  });

  test("a licence the hub has no word for is another's name", () => {
    expect(metadata(renderModelCard(from({ license: "My Licence: v1" })))).toMatchObject({
      license: "other",
      license_name: "My Licence: v1",
    });
  });

  test("a delta of full weights is no PEFT adapter", () => {
    const card = renderModelCard({ ...from({}), method: { kind: "full-weights" } });
    expect(metadata(card)).not.toHaveProperty("library_name");
    expect(card).toContain("delta.safetensors");
  });

  test("stays whole whatever the licence says", () => {
    const text = `${hostileText("http://elsewhere.invalid")}\n---\nx: "\u0085\u2028`;
    const found = metadata(renderModelCard(hostileReport(text)));
    expect(found["license_name"]).toBe(text.replace("\ud800", "\ufffd"));
    expect(Object.keys(found)).toHaveLength(5);
  });
});

describe("of a quantised base", () => {
  const card = renderModelCard(from({ quantization: "nf4" }));

  test("the code loads the base as it was in training, and does not merge into 4 bits", () => {
    expect(card).toContain('bnb_4bit_quant_type="nf4"');
    expect(card).toContain("bnb_4bit_compute_dtype=torch.bfloat16");
    expect(card).not.toContain("merge_and_unload");
    expect(renderModelCard(from({}))).not.toContain("BitsAndBytesConfig");
  });

  test("the limits tell what merging means", () => {
    expect(card).toMatch(/base was held in 4 bits \(nf4\).*merged model has the base's unquantised weights/);
    expect(renderModelCard(from({}))).not.toContain("4 bits");
  });
});

test("the text tells what was gained, what was lost, and what could not be seen", () => {
  const card = renderModelCard(sampleReport({ comparisons: sampleTasks() })).replaceAll("\u00a0", " ");
  const titles = [...card.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual(["What was trained", "Data", "Results", "Forgetting", "How to load it", "Limits", "Identity"]);
  const part = (title: string) => card.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
  expect(part("Results")).toContain("+80.0 points (+70.6 to +86.2)");
  expect(part("Forgetting")).toMatch(
    /drifted 0\.0198 nats.*\n\n- following: prompt\\_strict fell from .*\n- language: bits\\_per\\_byte rose/,
  );
  expect(part("How to load it")).toContain('PeftModel.from_pretrained(model, ".")');
  expect(part("Limits")).toContain(
    "No difference could be told from noise for: gsm8k (strict-match), knowledge (acc).",
  );
});

test("what was not measured is said", () => {
  const card = renderModelCard(sampleReport({ comparisons: [], drift: undefined }));
  expect(card).toContain("Drift from the base model was not measured.");
  expect(card).toContain("No task was evaluated.");
});
