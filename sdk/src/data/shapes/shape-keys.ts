/** The keys by which the shapes of rows are told apart. */

/** The names of the shapes, in the order in which messages of errors list them. */
export const shapeNames = ["messages", "prompt-completion", "text", "alpaca", "conversations", "tokens"] as const;

/** A shape, as the option `shape` takes it. */
export type ShapeName = (typeof shapeNames)[number];

/** Keys of a shape: `telling` ones show it, each alone, and must all be there; the others of `all` may be. */
export interface ShapeKeys {
  readonly telling: readonly [string, ...string[]];
  readonly all: readonly string[];
}

/** The keys of every shape. No key tells two shapes. */
export const shapeKeys: Readonly<Record<ShapeName, ShapeKeys>> = {
  messages: { telling: ["messages"], all: ["messages", "tools"] },
  conversations: { telling: ["conversations"], all: ["conversations", "system"] },
  alpaca: { telling: ["instruction", "output"], all: ["instruction", "input", "output"] },
  "prompt-completion": { telling: ["prompt", "completion"], all: ["prompt", "completion"] },
  text: { telling: ["text"], all: ["text"] },
  tokens: { telling: ["tokenIds", "lossWeights"], all: ["tokenIds", "lossWeights"] },
};
