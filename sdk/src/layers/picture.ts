/** Draws a layer plan for a terminal: the blocks from embedding to head, which are trained, and how. */
import type { FullWeightsMethod, LoraMethod } from "../training/run-specification.js";
import { blockRuns, describeBlocks } from "./describe-blocks.js";
import type { BlockPlan, LayerPlan } from "./layer-plan.js";
import { describeSchedule, type LayerSchedule } from "./layer-schedule.js";
import type { ModelCard } from "./model-card.js";
import { trainableParameters } from "./trainable-parameters.js";

/** How to draw. */
export interface PictureOptions {
  /** The method the plan was made with; counts what is trainable. */
  readonly method: LoraMethod | FullWeightsMethod;
  /** Whether norms are trained beside adapters; default false. */
  readonly trainNorms?: boolean;
  /** When which blocks learn; default all of them, always. */
  readonly schedule?: LayerSchedule | undefined;
  /** True: colours and block characters; false: plain ASCII. */
  readonly colour: boolean;
  /** Columns of the terminal; default 80, at least 40. */
  readonly width?: number;
}

/** One way in which blocks are treated, with the mark that stands for it. */
interface Treatment {
  readonly name: string;
  readonly mark: string;
  readonly colour: number;
  readonly indices: readonly number[];
}

const before = "  embedding ";
const after = " head";
const grey = 90;
const colours = [32, 36, 33, 35, 34, 31];
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Draws a plan as lines of text: a bar of N blocks with ticks where the treatment changes (block index above, percent
 * of depth below), a legend with the blocks of each treatment, and trainable against all parameters.
 *
 * A model with more blocks than columns is drawn with several blocks a cell, which the picture says; a cell whose blocks
 * differ is marked "~".
 */
export function drawLayerPlan(plan: LayerPlan, card: ModelCard, options: PictureOptions): string {
  const { method, colour } = options;
  const width = Math.max(40, options.width ?? 80);
  const treatments = treatmentsOf(plan, colour);
  const columns = width - before.length - after.length - 1;
  const scale = scaleOf(plan.blockCount, columns);
  const ticks = ticksOf(plan, treatments);
  const indent = " ".repeat(before.length);
  const trainable = trainableParameters(plan, method, card, options.trainNorms);
  const { total } = card.parameters;
  const title = `${card.name}: ${plan.blockCount} blocks, ${plan.blocks.length} trained${grouping(scale)}`;
  return [
    ...wrapped(title, width - 2).map((line) => `  ${line}`),
    "",
    `${indent}${tickLine(ticks, scale, (block) => String(block))}`,
    `${before}${bar(plan.blockCount, treatments, scale, colour)}${after}`,
    `${indent}${tickLine(ticks, scale, (block) => `${Math.round((100 * block) / plan.blockCount)}%`)}`,
    "",
    ...treatments.flatMap((treatment) => legend(treatment, colour, width)),
    "",
    ...adapterLines(method, width),
    ...(options.schedule === undefined ? [] : scheduleLines(options.schedule, width)),
    ...(options.trainNorms && method.kind === "lora" ? ["  norms      trained in these blocks as well"] : []),
    `  trainable  ${thousands(trainable)} of ${thousands(total)} parameters (${share(trainable, total)})`,
  ]
    .map((line) => line.trimEnd())
    .join("\n");
}

/** How blocks become columns: `blocks` blocks are one cell, a cell is `columns` columns wide. */
interface Scale {
  readonly blocks: number;
  readonly columns: number;
  readonly cells: number;
}

function scaleOf(blockCount: number, columns: number): Scale {
  const blocks = Math.ceil(blockCount / columns);
  const cells = Math.ceil(blockCount / blocks);
  return { blocks, columns: Math.max(1, Math.min(3, Math.floor(columns / cells))), cells };
}

function grouping({ blocks }: Scale): string {
  return blocks === 1 ? "" : ` (one mark is ${blocks} blocks)`;
}

function treatmentsOf(plan: LayerPlan, colour: boolean): readonly Treatment[] {
  const byName = new Map<string, number[]>();
  for (const block of [...plan.blocks].sort((left, right) => (right.rank ?? 0) - (left.rank ?? 0))) {
    const name = nameOf(block);
    byName.set(name, [...(byName.get(name) ?? []), block.index]);
  }
  const trained = [...byName].map(([name, indices], order): Treatment => {
    const mark = byName.size === 1 ? (colour ? "█" : "#") : (letters[order % letters.length] ?? "#");
    return { name, mark, colour: colours[order % colours.length] ?? grey, indices: indices.sort((a, b) => a - b) };
  });
  const trainedIndices = new Set(plan.blocks.map(({ index }) => index));
  const frozen = Array.from({ length: plan.blockCount }, (_, index) => index).filter((i) => !trainedIndices.has(i));
  const rest = { name: "frozen", mark: colour ? "░" : ".", colour: grey, indices: frozen };
  return frozen.length === 0 ? trained : [...trained, rest];
}

function nameOf(block: BlockPlan): string {
  return block.train === "full" ? "full weights" : `LoRA rank ${block.rank}`;
}

function bar(blockCount: number, treatments: readonly Treatment[], scale: Scale, colour: boolean): string {
  const treatmentOf = (index: number) => treatments.find(({ indices }) => indices.includes(index));
  const cells = Array.from({ length: scale.cells }, (_, cell) => {
    const first = cell * scale.blocks;
    const last = Math.min(first + scale.blocks, blockCount);
    const inCell = new Set(Array.from({ length: last - first }, (_, offset) => treatmentOf(first + offset)));
    const [treatment] = inCell;
    if (inCell.size > 1 || treatment === undefined) return "~".repeat(scale.columns);
    return painted(treatment.mark.repeat(scale.columns), treatment.colour, colour);
  });
  return cells.join("");
}

/** Block indices where a run of equal treatment begins, and the end of the model. */
function ticksOf(plan: LayerPlan, treatments: readonly Treatment[]): readonly number[] {
  const starts = treatments.flatMap(({ indices }) => blockRuns(indices).map(([first]) => first));
  return [...new Set([0, ...starts, plan.blockCount])].sort((left, right) => left - right);
}

/** Labels at their columns; one that would touch its neighbour is left out, the first and last never are. */
function tickLine(ticks: readonly number[], scale: Scale, label: (block: number) => string): string {
  const columnOf = (block: number) => Math.floor(block / scale.blocks) * scale.columns;
  const end = ticks.at(-1) ?? 0;
  const endColumn = scale.cells * scale.columns;
  let line = "";
  for (const block of ticks.slice(0, -1)) {
    const column = columnOf(block);
    const fits = column >= line.length + (line === "" ? 0 : 1) && column + label(block).length < endColumn;
    if (fits) line = line.padEnd(column) + label(block);
  }
  return line.padEnd(endColumn) + label(end);
}

function legend(treatment: Treatment, colour: boolean, width: number): readonly string[] {
  const { name, mark, indices } = treatment;
  const head = `${name.padEnd(14)} ${String(indices.length).padStart(3)} `;
  const lines = wrapped(describeBlocks(indices), width - head.length - 6);
  return lines.map((line, index) =>
    index === 0
      ? `  ${painted(mark, treatment.colour, colour)}  ${head}${line}`
      : `${" ".repeat(5 + head.length)}${line}`,
  );
}

function adapterLines(method: LoraMethod | FullWeightsMethod, width: number): readonly string[] {
  if (method.kind === "full-weights") return [];
  const maps = method.targets.map((name) => name.split(".").at(-1)).join(", ");
  return wrapped(`adapters   ${maps}`, width - 15).map(
    (line, index) => `${index === 0 ? "  " : " ".repeat(13)}${line}`,
  );
}

function scheduleLines(schedule: LayerSchedule, width: number): readonly string[] {
  return wrapped(`schedule   ${describeSchedule(schedule)}`, width - 15).map(
    (line, index) => `${index === 0 ? "  " : " ".repeat(13)}${line}`,
  );
}

function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function painted(text: string, code: number, colour: boolean): string {
  return colour ? `\u001b[${code}m${text}\u001b[39m` : text;
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toPrecision(3)} %`;
}
