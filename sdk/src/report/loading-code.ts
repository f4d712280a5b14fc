/** Python code that loads what was trained. */
import type { RunReport } from "./run-report.js";

/** For transformers and PEFT, or for a delta of full weights; `base` is the base model's folder or hub id. */
export function loadingCode({ kind }: RunReport["method"], base: string | undefined): string {
  const quoted = JSON.stringify(base ?? "folder or hub id of the base model");
  return kind === "lora" ? adapterCode(quoted) : deltaCode(quoted);
}

function adapterCode(base: string): string {
  return `from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = ${base}
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base)
model = PeftModel.from_pretrained(model, ".")
model = model.merge_and_unload()  # optional: one plain model`;
}

function deltaCode(base: string): string {
  return `from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

base = ${base}
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base)
changed = model.load_state_dict(load_file("delta.safetensors"), strict=False)
assert not changed.unexpected_keys`;
}
