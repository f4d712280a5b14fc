/** The options of watching a run: its checkpoints measured while it trains. */
import { z } from "zod";
import { countsForKept } from "../evaluation/retention/kept.js";
import type { EvaluationTask, TaskList } from "../evaluation/task.js";
import { type FigureChoice, keptFigureName } from "../evaluation/watched-figure.js";
import { evenWithOtherFaults, exactObject, flag, numberWhere, oneOf, wholeNumber } from "./option-checks.js";
import type { stopSchema } from "./stop-options.js";
import { taskListSchema } from "./task-list-schema.js";

/** How a run is watched. Only `everySteps` must be given. */
export interface WatchOptions {
  /** A checkpoint is measured each time this many steps are done, and the last one in any case. */
  readonly everySteps: number;
  /** Tasks it is measured on, better fewer and shorter than those of `evaluate`; default those of `evaluate`. */
  readonly tasks?: TaskList;
  /**
   * The number by which checkpoints are compared: "json-record.exact", a task and one of its metrics; "drift.klPerToken"
   * or "drift.sameToken"; "retention.kept", the share of what the base knew; or a function of all that was measured, which may be async. Default the first metric of the
   * first task.
   */
  readonly figure?: FigureChoice;
  /** Which way is better; default the metric's own. A function needs it. */
  readonly goal?: "higher" | "lower";
  /** Completes the run after so many evaluations in a row without a gain, 1 or more; default none, it trains to its end. */
  readonly patience?: number;
  /** How much more than the figure of the last gain is a gain, 0 or more, in the figure's own unit; default 0. */
  readonly minimumGain?: number;
  /**
   * The result is the best checkpoint, of equal ones the first, in place of the last; default true. It is what is
   * measured after training and what `save` and `saveMerged` write.
   */
  readonly keepBest?: boolean;
}

/** The same with every default filled in. */
export interface WatchSettings {
  readonly everySteps: number;
  readonly tasks: readonly EvaluationTask[];
  /** Undefined: the first metric of the first task. */
  readonly figure: FigureChoice | undefined;
  /** Undefined: the metric's own. */
  readonly goal: "higher" | "lower" | undefined;
  /** Undefined: no end before the last step. */
  readonly patience: number | undefined;
  readonly minimumGain: number;
  readonly keepBest: boolean;
  /**
   * The run is ended at a checkpoint that kept a smaller share than this of what the base knew, and none that did is the
   * result where there is another. Undefined: kept or not, it goes on.
   */
  readonly leastKept: number | undefined;
}

/** Every option as it may be written. */
export const watchSchema = exactObject({
  everySteps: wholeNumber(1),
  tasks: taskListSchema().optional(),
  figure: z
    .custom<FigureChoice>((value) => typeof value === "function" || (typeof value === "string" && value !== ""), {
      error: 'a task and its metric, such as "json-record.exact", or a function',
      abort: false,
    })
    .optional(),
  goal: oneOf(["higher", "lower"]).optional(),
  patience: wholeNumber(1).optional(),
  minimumGain: numberWhere("a number, 0 or more", (value) => value >= 0).optional(),
  keepBest: flag().optional(),
}).refine(({ figure, goal }) => typeof figure !== "function" || goal !== undefined, {
  ...evenWithOtherFaults,
  path: ["goal"],
  error: '"higher" or "lower", with a function as the figure',
});

type Named = { readonly name: string };
type Watched = {
  readonly watch?:
    | { readonly everySteps?: number | undefined; readonly tasks?: readonly Named[] | undefined }
    | undefined;
  readonly evaluate?: readonly Named[] | undefined;
  readonly checkpointEverySteps?: number | undefined;
};

/** Rules between `watch` and the other options. */
export const watchRules = {
  tasksGiven: {
    holds: ({ watch, evaluate }: Watched) =>
      watch === undefined || namesOf(watch?.tasks).length > 0 || namesOf(evaluate).length > 0,
    fault: { path: ["watch", "tasks"], error: "at least one task, here or in evaluate" },
  },
  tasksNamed: {
    holds: ({ watch, evaluate }: Watched) =>
      !namesOf(watch?.tasks).some((task) =>
        namesOf(evaluate).some((other) => other !== task && other?.name === task?.name),
      ),
    fault: { path: ["watch", "tasks"], error: "the very tasks of evaluate, or tasks with names of their own" },
  },
  checkpointsWritten: {
    holds: ({ watch, checkpointEverySteps }: Watched) =>
      watch?.everySteps === undefined ||
      checkpointEverySteps === undefined ||
      watch.everySteps % checkpointEverySteps === 0,
    fault: {
      path: ["checkpointEverySteps"],
      error: "a number that watch.everySteps is a multiple of: what is measured are checkpoints",
    },
  },
};

/**
 * Fills the defaults; `tasks` are those of the finetune, the retention suite's among them. A run that is only to be stopped in
 * time follows what was kept, and its last checkpoint stays. Undefined where nothing is measured meanwhile.
 */
export function watchSettings(
  { watch, stopWhen, evaluate = [], checkpointEverySteps }: WatchInput,
  tasks: readonly EvaluationTask[],
): WatchSettings | undefined {
  const limit = stopWhen?.retention;
  const leastKept = limit?.below;
  const counted = leastKept === undefined ? [] : tasks.filter(countsForKept);
  if (watch === undefined) {
    if (limit === undefined) return undefined;
    const everySteps = limit.everySteps ?? checkpointEverySteps ?? 50;
    return { ...withoutFigure, everySteps, tasks: counted, leastKept };
  }
  const watched = watch.tasks !== undefined && watch.tasks.length > 0 ? watch.tasks : evaluate;
  return {
    everySteps: watch.everySteps,
    tasks: [...new Set([...watched, ...counted])],
    figure: watch.figure,
    goal: watch.goal,
    patience: watch.patience,
    minimumGain: watch.minimumGain ?? 0,
    keepBest: watch.keepBest ?? true,
    leastKept,
  };
}

type WatchInput = {
  readonly watch?: z.infer<typeof watchSchema> | undefined;
  readonly stopWhen?: z.infer<typeof stopSchema> | undefined;
  readonly evaluate?: readonly EvaluationTask[] | undefined;
  readonly checkpointEverySteps?: number | undefined;
};

const withoutFigure = {
  figure: keptFigureName,
  goal: undefined,
  patience: undefined,
  minimumGain: 0,
  keepBest: false,
} as const;

/** Rules speak even where single options have faults, so a list may be anything. */
function namesOf(tasks: readonly Named[] | undefined): readonly (Named | undefined)[] {
  return Array.isArray(tasks) ? tasks : [];
}
