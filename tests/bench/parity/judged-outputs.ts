/** Hostile outputs as our rules judge them, in the form in which judge_rules.py judges them too. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gsm8k, ifeval } from "midblock";
import { followedBy } from "../../../sdk/src/evaluation/tasks/ifeval/ifeval.js";
import { longOutputs, numberOutputs, textOutputs } from "./hostile-outputs.js";
import { type InstructionCase, instructionsFor, isJudgedApart } from "./ifeval-cases.js";
import { readIfevalRows } from "./ifeval-rows.js";

/** Verdicts on one output, by rule; a rule may be named twice. */
export type Verdicts = readonly (readonly [rule: string, verdict: Readonly<Record<string, string | boolean>>])[];

/** An output that our rules judged. */
export interface JudgedOutput {
  /** What judge_rules.py reads. */
  readonly line: { readonly rule: "gsm8k" | "ifeval"; readonly output: string } & Readonly<Record<string, unknown>>;
  readonly verdicts: Verdicts;
  /** For each verdict, whether it is counted apart: see isJudgedApart. */
  readonly apart: readonly boolean[];
}

/** Which outputs are made. */
export interface OutputsWanted {
  /** Outputs for each rule; a kind that rests on a library gets a tenth. */
  readonly count: number;
  readonly seed: number;
  /** IFEval's rows, whose instructions are judged beside made ones. */
  readonly ifevalFile: string;
  /** A folder for a file on the way. */
  readonly folder: string;
}

/** Long enough to tell, short enough for the reference, some of whose expressions take the square of the length. */
const longLength = 4000;
const apartEvery = 10;
const answers = ["2 + 16 = <<2+16=18>>18\n#### 18", "#### 1,234", "#### 3.50", "18", "$18.", "#### -5\n"];

/** Outputs for strict-match and flexible-extract. */
export async function judgedNumbers({ count, seed }: OutputsWanted): Promise<readonly JudgedOutput[]> {
  const task = gsm8k({ fewShot: 0 });
  const outputs = [...numberOutputs(count, seed), ...longOutputs(longLength)];
  return await Promise.all(
    outputs.map(async (output, index): Promise<JudgedOutput> => {
      const answer = answers[index % answers.length] ?? "";
      const { metrics, extractions } = await task.score({ question: "", answer, examples: [] }, output);
      const rules = ["strict-match", "flexible-extract"];
      return {
        line: { rule: "gsm8k", answer, output },
        verdicts: rules.map((rule) => [rule, { extracted: extractions?.[rule] ?? "", right: metrics[rule] === 1 }]),
        apart: rules.map(() => false),
      };
    }),
  );
}

interface IfevalCase {
  readonly output: string;
  readonly prompt: string;
  readonly instructions: readonly InstructionCase[];
}

/** Outputs for all kinds of IFEval's instructions. */
export async function judgedTexts(wanted: OutputsWanted): Promise<readonly JudgedOutput[]> {
  const cases = [...madeCases(wanted), ...(await casesOfRows(wanted))];
  const file = join(wanted.folder, "cases.jsonl");
  const rows = cases.map(({ prompt, instructions }) => ({
    prompt,
    instruction_id_list: instructions.map(({ id }) => id),
    kwargs: instructions.map(({ kwargs }) => kwargs),
  }));
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join("\n"));
  const items = await ifeval({ data: file }).load();
  return items.map((item, index): JudgedOutput => {
    const { output, prompt, instructions } = cases[index] ?? { output: "", prompt: "", instructions: [] };
    const { strict, loose } = followedBy(item, output);
    return {
      line: { rule: "ifeval", output, prompt, instructions },
      verdicts: instructions.map(({ id }, place) => [
        id,
        { strict: strict[place] ?? false, loose: loose[place] ?? false },
      ]),
      apart: instructions.map(isJudgedApart),
    };
  });
}

function madeCases({ count, seed }: OutputsWanted): IfevalCase[] {
  const short = textOutputs(count, seed).map((output, index) => {
    const all = instructionsFor(seed + index);
    const instructions = index % apartEvery === 0 ? all : all.filter((instruction) => !isJudgedApart(instruction));
    return { output, prompt: "", instructions };
  });
  const long = longOutputs(longLength).map((output, index) => {
    const instructions = instructionsFor(seed + count + index).filter((instruction) => !isJudgedApart(instruction));
    return { output, prompt: "", instructions };
  });
  return [...short, ...long];
}

/** As many outputs again, each for the next of the data set's rows, with the words that its instructions name in it. */
async function casesOfRows({ count, seed, ifevalFile }: OutputsWanted): Promise<IfevalCase[]> {
  const rows = await readIfevalRows(ifevalFile);
  return Array.from({ length: count }, (_, index) => {
    const { prompt, instructions: all } = rows[index % rows.length] ?? { prompt: "", instructions: [] };
    const instructions = all.filter((instruction) => index % apartEvery === 0 || !isJudgedApart(instruction));
    const named = instructions
      .flatMap((one) => Object.values(one.kwargs).flat())
      .filter((value) => typeof value === "string");
    const [output = ""] = textOutputs(1, seed + count + index, named);
    return { output, prompt, instructions };
  }).filter(({ instructions }) => instructions.length > 0);
}
