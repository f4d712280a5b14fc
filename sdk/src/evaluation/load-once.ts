/** Lets several parts of one job read a task's items without reading its source several times. */
import type { EvaluationTask } from "./task.js";

/**
 * The same task, its items loaded at the first call of `load` and kept. What is measured before, what after, and what is
 * looked up in the training data are then the very same items, also where the source changes meanwhile.
 */
export function loadOnce(task: EvaluationTask): EvaluationTask {
  if (task.kind === "drift") return task;
  let items: Promise<readonly unknown[]> | undefined;
  // Methods are called on the task itself, which may be an object of the user's own class.
  const once = {
    name: task.name,
    rule: task.rule,
    ...(task.metricKinds === undefined ? {} : { metricKinds: task.metricKinds }),
    load: (signal?: AbortSignal) => {
      items ??= task.load(signal);
      return items;
    },
    prompt: (item: unknown) => task.prompt(item),
    target: (item: unknown) => task.target(item),
    cluster: (item: unknown) => task.cluster?.(item),
    ...(task.seed === undefined ? {} : { seed: task.seed }),
  };
  if (task.kind === "likelihood") {
    return {
      ...once,
      kind: task.kind,
      ...(task.strideTokens === undefined ? {} : { strideTokens: task.strideTokens }),
      continuations: (item) => task.continuations(item),
      score: (item, likelihoods) => task.score(item, likelihoods),
    };
  }
  return {
    ...once,
    kind: task.kind,
    maxNewTokens: task.maxNewTokens,
    ...(task.stopStrings === undefined ? {} : { stopStrings: task.stopStrings }),
    score: (item, output) => task.score(item, output),
  };
}
