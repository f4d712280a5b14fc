/**
 * Writes the quickstart's data: customers' free-text messages and the JSON record a support desk wants of each.
 *
 *     npx tsx examples/data/generate.ts
 *
 * Everything here was written for this project. The generator is seeded: the same seed gives the same bytes. Train and
 * test are drawn from the same lists of names, products and phrases, but no test message and no test record occurs in
 * training; tests/unit/examples holds that, and that the files are what this program writes.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../sdk/src/random.js";
import {
  amountForms,
  closings,
  dateForms,
  firstNames,
  lastNames,
  openings,
  problems,
  products,
  wishes,
} from "./phrases.js";

/** What the support desk stores of a message. Keys stand in this order. */
export interface SupportRecord {
  readonly customer: string;
  readonly product: string;
  readonly problem: string;
  /** ISO 8601 date of the order. */
  readonly ordered: string;
  /** Price paid in dollars. */
  readonly amount: number;
  readonly wants: string;
}

/** One chat conversation, as the training format has it. */
export interface Row {
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
}

const instruction =
  "Turn the customer's message into a JSON record with the fields customer, product, problem, ordered, amount, wants.";

/** Makes `trainCount` and `testCount` rows; all messages and all records differ. */
export function generateRows(seed: number, trainCount: number, testCount: number): { train: Row[]; test: Row[] } {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  const seen = new Set<string>();

  const makeRow = (): Row => {
    const problem = pick(Object.keys(problems) as (keyof typeof problems)[]);
    const wish = pick(Object.keys(wishes) as (keyof typeof wishes)[]);
    const record: SupportRecord = {
      customer: `${pick(firstNames)} ${pick(lastNames)}`,
      product: pick(products),
      problem,
      ordered: isoDate(1 + random.below(12), 1 + random.below(28)),
      amount: pick([5, 10, 20, 40, 80, 150]) + random.below(80) + pick([0, 0.25, 0.49, 0.75, 0.95, 0.99]),
      wants: wish,
    };
    const parts = { ...record, date: pick(dateForms)(record.ordered), price: pick(amountForms)(record.amount) };
    const fill = (phrase: string) =>
      phrase.replace(
        /\{(customer|product|date|price)\}/g,
        (_, key: "customer" | "product" | "date" | "price") => parts[key],
      );
    const opening = pick(openings);
    const signed = opening.includes("{customer}");
    const ask = pick(wishes[wish]);
    const body = [pick(problems[problem]), random.below(2) === 0 ? ask : `${ask} Thank you.`];
    const order = pick(orders);
    body.splice(random.below(2), 0, order);
    const closing = signed ? "" : pick(closings);
    const message = [opening, ...body, closing]
      .filter((part) => part !== "")
      .map(fill)
      .join(" ");
    if (seen.has(message) || seen.has(JSON.stringify(record))) return makeRow();
    seen.add(message).add(JSON.stringify(record));
    return {
      messages: [
        { role: "system", content: instruction },
        { role: "user", content: message },
        { role: "assistant", content: JSON.stringify(record) },
      ],
    };
  };

  return {
    train: Array.from({ length: trainCount }, makeRow),
    test: Array.from({ length: testCount }, makeRow),
  };
}

/** Sentences that tell what was ordered, when, and for how much. */
const orders = [
  "I ordered the {product} on {date} and paid {price}.",
  "On {date} I bought a {product} from you for {price}.",
  "My {product} was ordered on {date}; it cost me {price}.",
  "It is about the {product} I got from your shop for {price} on {date}.",
  "I paid {price} for a {product}, ordered {date}.",
  "The order is from {date}: one {product}, {price}.",
];

function isoDate(month: number, day: number): string {
  return `2026-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** The files' contents: one row a line. */
export function toJsonl(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** The rows that are committed. */
export function quickstartRows(): { train: Row[]; test: Row[] } {
  return generateRows(2026, 400, 120);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = quickstartRows();
  writeFileSync(new URL("train.jsonl", import.meta.url), toJsonl(rows.train));
  writeFileSync(new URL("test.jsonl", import.meta.url), toJsonl(rows.test));
}
