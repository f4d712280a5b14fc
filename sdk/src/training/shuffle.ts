/** Puts numbers into random order. */
import type { Random } from "../random.js";

/** The numbers 0 to count - 1 in random order; every order is equally likely (Fisher-Yates). */
export function randomOrder(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return order;
}

/** The items in random order. */
export function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return randomOrder(items.length, random).flatMap((index) => items.slice(index, index + 1));
}
