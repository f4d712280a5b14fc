/** Refuses what rows may hold but encoding does not carry yet, so that nothing of a row is lost in silence. */
import type { Fault } from "../errors.js";
import type { RowExample } from "./datum.js";
import { placeOf } from "./place.js";

/** The fault of an example with tool calls, tool definitions or a message of weight 0; undefined for any other. */
export function unencodable(example: RowExample): Fault | undefined {
  if (example.kind !== "messages") return undefined;
  const found = [
    ...(example.tools === undefined ? [] : ["tools"]),
    ...(example.messages.some(({ tool_calls }) => tool_calls !== undefined) ? ["tool_calls"] : []),
    ...(example.messages.some(({ weight }) => weight === 0) ? ["weight 0"] : []),
  ];
  if (found.length === 0) return undefined;
  const problem = "the conversation holds what can't be trained on yet";
  const wanted = "messages without it";
  return {
    where: `${placeOf(example.source)} messages`,
    problem,
    found: found.join(", "),
    wanted,
    check: "not_supported",
  };
}
