/** Reads what statistics_fixtures.py made. */
import { readFileSync } from "node:fs";
import { z } from "zod";

const numbers = z.array(z.number());
const pair = z.tuple([z.number(), z.number()]);

const bounds = { low: z.number(), high: z.number() };
const counts = z.object({ both: z.number(), onlyAfter: z.number(), onlyBefore: z.number(), neither: z.number() });

const schema = z.object({
  pairedDifferences: z.array(z.object({ counts, ...bounds })).min(1),
  uncorrelatedDifferences: z.array(z.object({ rightAfter: z.number(), total: z.number(), ...bounds })).min(1),
  random: z.array(z.object({ seed: z.number(), below: numbers, uniform: numbers })).min(1),
  means: z.array(z.object({ values: numbers, mean: z.number(), standardError: z.number() })).min(1),
  proportions: z
    .array(z.object({ successes: z.number(), total: z.number(), low: z.number(), high: z.number() }))
    .min(1),
  mcnemar: z.array(z.object({ improved: z.number(), worsened: z.number(), pValue: z.number() })).min(1),
  bootstrap: z.array(z.object({ numerators: numbers, denominators: numbers, sameDraws: pair, scipy: pair })).min(1),
  permutation: z.array(z.object({ differences: numbers, pValue: z.number(), scipy: z.number().optional() })).min(1),
  holm: z.array(z.object({ pValues: numbers, adjusted: numbers })).min(1),
  clustered: z.array(z.object({ values: numbers, clusters: numbers, standardError: z.number() })).min(1),
  detectable: z.array(z.object({ items: z.number(), flipped: z.number(), difference: z.number() })).min(1),
});

/** Values from scipy, statsmodels and numpy. */
export const statisticsFixtures = schema.parse(
  JSON.parse(readFileSync(new URL("./statistics-fixtures.json", import.meta.url), "utf8")),
);
