/** Compares what the sidecar made trainable with what the plan asked for. */
import { type Fault, RunError } from "../errors.js";
import type { FullWeightsMethod, LoraMethod } from "../training/run-specification.js";
import type { LayerPlan } from "./layer-plan.js";
import type { ModelCard } from "./model-card.js";
import { expectedTrainableNames } from "./trainable-parameters.js";

/**
 * Checks the names that the sidecar echoed at the start of a run.
 *
 * A name is read as "<block list>.<block index>.<parameter>", its first number being the index; all must be of one
 * block list. Throws RunError "trainable-mismatch" with every missing and every unexpected name.
 */
export function checkTrainable(
  names: readonly string[],
  plan: LayerPlan,
  method: LoraMethod | FullWeightsMethod,
  card: ModelCard,
  trainNorms = false,
): void {
  const found = names.map((name) => ({ name, ...readName(name) }));
  const list = found.find(({ blockList }) => blockList !== undefined)?.blockList;
  const expected = new Set(expectedTrainableNames(plan, method, card, "", trainNorms));
  const planned = new Set(plan.blocks.map(({ index }) => index));
  const isExpected = (one: ReadName) =>
    one.blockList === list &&
    one.blockIndex !== undefined &&
    (method.kind === "full-weights" ? planned.has(one.blockIndex) : expected.has(one.parameter));
  const unexpected = found.filter((one) => !isExpected(one)).map(({ name }) => name);
  const present = new Set(found.filter(isExpected).map(({ parameter }) => parameter));
  const missing = [...expected].filter((name) => !present.has(name));
  if (missing.length + unexpected.length > 0) throw mismatch(missing, unexpected, plan);
}

interface ReadName {
  /** Undefined where the name has no number. */
  readonly blockList: string | undefined;
  readonly blockIndex: number | undefined;
  /** The name from the index on, without the endings that PEFT's own files put after it. */
  readonly parameter: string;
}

function readName(name: string): ReadName {
  const parts = /^(.*?)(?:^|\.)((\d+)\..+)$/.exec(name);
  if (parts === null) return { blockList: undefined, blockIndex: undefined, parameter: name };
  const [, blockList, parameter = "", index] = parts;
  const plain = parameter.replace(/(\.lora_(?:A|B|magnitude_vector))(?:\.default)?(?:\.weight)?$/, "$1");
  return { blockList, blockIndex: Number(index), parameter: plain };
}

function mismatch(missing: readonly string[], unexpected: readonly string[], plan: LayerPlan): RunError {
  const faults: Fault[] = [
    ...missing.map((name) => ({ where: name, problem: "is in the plan, and the sidecar does not train it" })),
    ...unexpected.map((name) => ({ where: name, problem: "is not in the plan, and the sidecar trains it" })),
  ];
  return new RunError({
    code: "trainable-mismatch",
    what: "The sidecar trains other parameters than the layer plan asks for.",
    found: `${missing.length} missing, ${unexpected.length} unexpected`,
    wanted: plan.why,
    faults,
    nextStep: "the run must not go on; report the model and this message",
  });
}
