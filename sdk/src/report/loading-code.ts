/** Python code that loads what was trained. */
import type { RunReport } from "./run-report.js";

/**
 * For transformers and PEFT, or for a delta of full weights; `base` is the base model's folder or hub id. A base that was
 * quantised in training is loaded so again.
 */
export function loadingCode({ method, model, device }: RunReport, base: string | undefined): string {
  const quoted = JSON.stringify(base ?? "folder or hub id of the base model");
  if (method.kind !== "lora") return deltaCode(quoted);
  return model.quantization === "none" ? adapterCode(quoted) : quantizedCode(quoted, model.quantization, device.dtype);
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

function quantizedCode(base: string, quantization: string, dtype: string): string {
  return `import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

base = ${base}
tokenizer = AutoTokenizer.from_pretrained(base)
four_bits = BitsAndBytesConfig(
    load_in_4bit=True,
    bnb_4bit_quant_type=${JSON.stringify(quantization)},
    bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=torch.${dtype},
)
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.${dtype}, quantization_config=four_bits)
model = PeftModel.from_pretrained(model, ".")`;
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
