/** Finds what a test asks in the training data: a score on it would not show what the model can do. */
import type { Message } from "./datum.js";
import { shownPlaces } from "./omissions.js";
import { placeOf } from "./place.js";
import type { RowIndex, SharedRow } from "./row-index.js";

/** The items of a test, as an evaluation task has them. A drift task has prompts alone. */
export type HeldOutTask =
  | {
      readonly kind: "generation" | "likelihood";
      readonly name: string;
      load(signal?: AbortSignal): Promise<readonly unknown[]>;
      prompt(item: unknown): readonly Message[] | string;
      target(item: unknown): string;
    }
  | { readonly kind: "drift"; readonly name: string; readonly prompts: readonly string[] };

/** What a task shares with the training data. */
export interface Contamination {
  readonly task: string;
  /** Items of the task. */
  readonly items: number;
  /** Items whose prompt and target are a training row, in every character. */
  readonly exact: number;
  /** Further items of which that holds but for case, white space, compatible forms (NFKC) and system messages. */
  readonly normalised: number;
  /** Further items whose prompt, so normalised, is trained on with another answer. */
  readonly promptOnly: number;
  /** The first 20 of all these. */
  readonly places: readonly SharedItem[];
}

/** An item of a task and the training row that shares it. */
export interface SharedItem extends SharedRow {
  /** From 1. */
  readonly item: number;
}

/** Looks every item of every task up in the training data; tells of the tasks that share any. Throws what loading throws. */
export async function findContamination(
  tasks: readonly HeldOutTask[],
  rows: RowIndex,
  signal?: AbortSignal,
): Promise<readonly Contamination[]> {
  const found: Contamination[] = [];
  for (const task of tasks) {
    const questions = await questionsOf(task, signal);
    const shared = questions.flatMap((question, index): SharedItem[] => {
      const row = rows.find(question);
      return row === undefined ? [] : [{ ...row, item: index + 1 }];
    });
    if (shared.length > 0) found.push(countShared(task.name, questions.length, shared));
  }
  return found;
}

async function questionsOf(task: HeldOutTask, signal: AbortSignal | undefined) {
  if (task.kind === "drift") return task.prompts.map((prompt) => ({ prompt, target: undefined }));
  const items = await task.load(signal);
  return items.map((item) => ({ prompt: task.prompt(item), target: task.target(item) }));
}

function countShared(task: string, items: number, shared: readonly SharedItem[]): Contamination {
  const count = (wanted: SharedItem["likeness"]) => shared.filter(({ likeness }) => likeness === wanted).length;
  return {
    task,
    items,
    exact: count("exact"),
    normalised: count("normalised"),
    promptOnly: count("prompt"),
    places: shared.slice(0, shownPlaces),
  };
}

/** A sentence for people: how many of a task's items the model saw in training. */
export function describeContamination({ task, items, exact, normalised, promptOnly, places }: Contamination): string {
  const parts = [
    ...(exact > 0 ? [`${exact} exactly`] : []),
    ...(normalised > 0 ? [`${normalised} but for case, white space or system message`] : []),
    ...(promptOnly > 0 ? [`${promptOnly} by the prompt alone`] : []),
  ];
  const [first] = places;
  const place = first === undefined ? "" : ` First: item ${first.item} and ${placeOf(first.source)}.`;
  return `${task}: ${exact + normalised + promptOnly} of ${items} items stand in the training data, ${parts.join(", ")}.${place}`;
}
