/** The IFEval task: does the model do what it is told, where a program can tell? (Zhou et al. 2023, arXiv 2311.07911) */
import { z } from "zod";
import { sourceOrPath } from "../../../config/dataset-options.js";
import { exactObject, text, wholeNumber } from "../../../config/option-checks.js";
import { readOptions } from "../../../config/read-options.js";
import { isBlank } from "../../python-text.js";
import type { GenerationTask, ItemScore } from "../../task.js";
import { readTaskRows, type TaskData } from "../../task-rows.js";
import { type Check, instructions } from "./instructions.js";
import { looserForms } from "./looser-forms.js";

/** What the task asks. */
export interface IfevalOptions {
  /**
   * Rows of `prompt`, `instruction_id_list` and `kwargs`, as google/IFEval has them; default that data set on the hub.
   * A path ends in .jsonl, .parquet, ...
   */
  readonly data?: TaskData;
  /** Ask the first so many prompts; default all, 541 of the default data. */
  readonly limit?: number;
  /** Most new tokens of an answer; default 1280, as the reference has it. */
  readonly maxNewTokens?: number;
  /** Default "ifeval". */
  readonly name?: string;
}

const optionsSchema = exactObject({
  data: sourceOrPath().optional(),
  limit: wholeNumber(1).optional(),
  maxNewTokens: wholeNumber(1).optional(),
  name: text(100).optional(),
});

/** One prompt with its instructions. */
export interface IfevalItem {
  readonly prompt: string;
  readonly instructions: readonly { readonly id: string; readonly isFollowedBy: Check }[];
}

const ifevalRow = z
  .object({
    prompt: z.string({ error: "a text" }),
    instruction_id_list: z.array(z.string(), { error: "a list of instruction ids" }).min(1, { error: "at least one" }),
    kwargs: z.array(z.record(z.string(), z.unknown()), { error: "a list of objects" }),
  })
  .transform(({ prompt, instruction_id_list: ids, kwargs }, context): IfevalItem => {
    const list = ids.flatMap((id, index) => readInstruction(id, kwargs[index] ?? {}, index, context));
    return { prompt, instructions: list };
  });

function readInstruction(
  id: string,
  settings: Readonly<Record<string, unknown>>,
  index: number,
  context: z.core.$RefinementCtx,
): IfevalItem["instructions"] {
  const schema = instructions[id];
  if (schema === undefined) {
    const message = `one of ${Object.keys(instructions).join(", ")}`;
    context.issues.push({ code: "custom", message, path: ["instruction_id_list", index], input: id });
    return [];
  }
  // The reference drops what is null, 0 or empty before it looks.
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== 0));
  const check = schema.safeParse(given);
  if (check.success) return [{ id, isFollowedBy: check.data }];
  for (const { path, message } of check.error.issues) {
    context.issues.push({ code: "custom", message, path: ["kwargs", index, ...path], input: settings });
  }
  return [];
}

/**
 * Asks prompts whose instructions a program can check, in one user message, greedily.
 *
 * Metrics: "prompt-strict": all instructions of the prompt are followed (0 or 1); "instruction-strict": the share of them,
 * which weighs by their number, so that the task's mean is over all instructions; "prompt-loose" and "instruction-loose":
 * the same where any of eight forms of the answer may do it (without asterisks, without the first line, the last, or both).
 * A blank answer follows nothing. The four numbers are those of lm-evaluation-harness's task ifeval, version 4.0.
 */
export function ifeval(options: IfevalOptions = {}): GenerationTask<IfevalItem> {
  const { data, limit, maxNewTokens, name } = readOptions(optionsSchema, options, "ifeval");
  return {
    kind: "generation",
    name: name ?? "ifeval",
    rule: { name: "ifeval of lm-evaluation-harness", version: "4.0, midblock 2" },
    maxNewTokens: maxNewTokens ?? 1280,
    load: (signal) =>
      readTaskRows(data ?? "hf://datasets/google/IFEval/ifeval_input_data.jsonl", ifevalRow, { limit, signal }),
    prompt: ({ prompt }) => [{ role: "user", content: prompt }],
    target: (item) => item.instructions.map(({ id }) => id).join(", "),
    score: judge,
  };
}

/** Which instructions of a prompt an output follows, in their order. */
export interface Followed {
  readonly strict: readonly boolean[];
  readonly loose: readonly boolean[];
}

/** Judges an output by each instruction, as it stands and in its looser forms. */
export function followedBy({ instructions }: Pick<IfevalItem, "instructions">, output: string): Followed {
  const forms = looserForms(output).filter((form) => !isBlank(form));
  return {
    strict: instructions.map(({ isFollowedBy }) => !isBlank(output) && isFollowedBy(output)),
    loose: instructions.map(({ isFollowedBy }) => forms.some((form) => isFollowedBy(form))),
  };
}

function judge(item: IfevalItem, output: string): ItemScore {
  const { strict, loose } = followedBy(item, output);
  const shareOf = (list: readonly boolean[]) => list.filter(Boolean).length / list.length;
  const weight = item.instructions.length;
  return {
    metrics: {
      "prompt-strict": strict.every(Boolean) ? 1 : 0,
      "instruction-strict": shareOf(strict),
      "prompt-loose": loose.every(Boolean) ? 1 : 0,
      "instruction-loose": shareOf(loose),
    },
    weights: weight === 1 ? {} : { "instruction-strict": weight, "instruction-loose": weight },
    extracted: item.instructions
      .map(({ id }, index) => `${id} ${strict[index] === true ? "followed" : "not followed"}`)
      .join(", "),
    invalid: isBlank(output),
  };
}
