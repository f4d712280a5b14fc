/** How to use what was trained from Python. */
import { type Markup, markup } from "../markup.js";
import type { RunReport } from "../run-report.js";

/** Code for transformers and PEFT, or for a delta of full weights. */
export function loadingSection(report: RunReport): Markup {
  const lora = report.method.kind === "lora";
  return markup`<section><h2>Load it in Python</h2>
<p>${lora ? "The adapter is in PEFT's own format." : "The delta holds only the tensors that training changed."} It belongs to the base model whose weights hash stands under “Identity”, and to that model's chat template. Run this in the folder of this page.</p>
<pre class="code">${lora ? adapterCode(report) : deltaCode(report)}</pre></section>`;
}

function baseModel({ model }: RunReport): string {
  return JSON.stringify(model.loadableFrom ?? "folder or hub id of the base model");
}

function adapterCode(report: RunReport): string {
  return `from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = ${baseModel(report)}
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base)
model = PeftModel.from_pretrained(model, ".")
model = model.merge_and_unload()  # optional: one plain model`;
}

function deltaCode(report: RunReport): string {
  return `from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

base = ${baseModel(report)}
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base)
changed = model.load_state_dict(load_file("delta.safetensors"), strict=False)
assert not changed.unexpected_keys`;
}
