/** The one number by which checkpoints are compared while a run trains. */
import { EvaluationError, OptionsError } from "../errors.js";
import type { EvaluationOutcome } from "./evaluate-tasks.js";
import { countsForKept, type Kept } from "./retention/kept.js";
import { type EvaluationTask, type MetricKind, shareOfItems } from "./task.js";

/** A checkpoint, measured. */
export interface CheckpointOutcome extends EvaluationOutcome {
  /** Optimiser steps done. */
  readonly step: number;
  /** What it kept of what the base knew; undefined where none of the tasks that tell it was measured on both. */
  readonly kept: Kept | undefined;
}

/** What was measured, and what was kept where that is known. */
type Measured = EvaluationOutcome & Partial<Pick<CheckpointOutcome, "kept">>;

/** Name of the share that a checkpoint kept of what the base knew. */
export const keptFigureName = "retention.kept";

/**
 * Which number: "json-record.exact", the name of a task and one of its metrics; for a drift task "drift.klPerToken" or
 * "drift.sameToken"; "retention.kept"; or a function of all that was measured.
 */
export type FigureChoice = string | ((outcome: CheckpointOutcome) => number | Promise<number>);

/** The number, and how it is read. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Undefined for a function's. */
  readonly kind: MetricKind | undefined;
}

const driftKinds: Readonly<Record<string, MetricKind>> = {
  klPerToken: { goal: "lower", unit: "nats" },
  sameToken: shareOfItems,
};

/** Every figure of an evaluation that has a name, the tasks that judge items first. */
export function namedFigures({ results, drift, kept }: Measured): readonly Figure[] {
  const judged = results.flatMap(({ task, metrics }) =>
    Object.entries(metrics).map(([metric, { mean, kind }]) => ({ name: `${task}.${metric}`, value: mean, kind })),
  );
  const retained = kept === undefined ? [] : [{ name: keptFigureName, value: kept.share, kind: shareOfItems }];
  if (drift === undefined) return [...judged, ...retained];
  const moved = Object.entries(driftKinds).map(([metric, kind]) => {
    const { value } = metric === "klPerToken" ? drift.klPerToken : drift.sameToken;
    return { name: `${drift.task}.${metric}`, value, kind };
  });
  return [...judged, ...retained, ...moved];
}

/**
 * Reads the chosen figure, by default the first metric of the first task. Throws EvaluationError for a name that was not
 * measured and for a number that is not finite, and what a function throws.
 */
export async function readFigure(choice: FigureChoice | undefined, outcome: CheckpointOutcome): Promise<Figure> {
  const figure =
    typeof choice === "function"
      ? { name: choice.name || "own figure", value: await choice(outcome), kind: undefined }
      : findFigure(choice, outcome);
  if (Number.isFinite(figure.value)) return figure;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: `The watched figure "${figure.name}" is no number at step ${outcome.step}.`,
    found: String(figure.value),
    wanted: "a finite number",
    facts: { step: String(outcome.step) },
  });
}

/** A figure by its name; undefined: the first. */
export function findFigure(name: string | undefined, outcome: Measured): Figure {
  const figures = namedFigures(outcome);
  const found = name === undefined ? figures[0] : figures.find((figure) => figure.name === name);
  if (found !== undefined) return found;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: `The watched figure "${name}" is not among what was measured.`,
    found: figures.map((figure) => figure.name).join(", "),
    wanted: `"${name}"`,
    nextStep: "Name one of these as the figure to watch.",
  });
}

/** Refuses the name of a figure that none of the tasks can have. Throws OptionsError. */
export function checkFigureName(choice: FigureChoice | undefined, tasks: readonly EvaluationTask[]): void {
  if (typeof choice !== "string" || tasks.some((task) => mayHave(task, choice))) return;
  const names = tasks.map(({ kind, name }) => (kind === "drift" ? `"${name}.klPerToken"` : `"${name}." and a metric`));
  if (tasks.some(countsForKept)) names.push(`"${keptFigureName}"`);
  throw new OptionsError({
    code: "invalid-options",
    what: "The figure to watch belongs to none of the watched tasks.",
    faults: [
      {
        where: "watch.figure",
        problem: "names no watched task and metric",
        found: `"${choice}"`,
        wanted: names.join(" or "),
      },
    ],
  });
}

function mayHave({ kind, name }: EvaluationTask, figure: string): boolean {
  if (figure === keptFigureName) return countsForKept({ name });
  if (!figure.startsWith(`${name}.`)) return false;
  return kind !== "drift" || figure.slice(name.length + 1) in driftKinds;
}
