/** How small a difference a number of paired 0/1 items can show. */

const level = 0.05;
const power = 0.8;
const halvings = 30;

/**
 * The smallest true difference of shares, 0 to 1, that the two-sided exact McNemar test at 5 % finds with 80 % power
 * among `items` pairs, if `flipped` of them are as many as turn either way. Undefined where no difference reaches that
 * power, as with fewer than six items.
 *
 * A true difference d is taken to come with a share max(flipped / items, d) of items that turn: as many as were seen, or
 * as few as d allows, with which d is the easiest to find. The power is unconditional, over the binomial number of turned
 * items (Duffy 1984, Biometrics 40, 1005-1015; Connor 1987, Biometrics 43, 207-211): sum over t of P(T = t) P(p(X, t - X) < 0.05), T ~ Binomial(items, s), X ~ Binomial(t, (1 + d / s) / 2).
 */
export function detectableDifference(items: number, flipped: number): number | undefined {
  const powerOf = powerFunction(items, flipped / items);
  if (powerOf(1) < power) return undefined;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (powerOf(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

function powerFunction(items: number, leastTurning: number): (difference: number) => number {
  const mass = binomialMasses(items);
  const minorities = rejectedMinorities(items, mass);
  return (difference) => {
    const turning = Math.max(leastTurning, difference);
    const upward = turning === 0 ? 0.5 : (1 + difference / turning) / 2;
    // Ten standard deviations around the expected number; what lies outside is below 1e-12.
    const reach = 10 * Math.sqrt(items * turning * (1 - turning)) + 10;
    const first = Math.max(0, Math.floor(items * turning - reach));
    const last = Math.min(items, Math.ceil(items * turning + reach));
    const fewWorsened = lowerTails(mass, minorities, first, last, 1 - upward);
    const fewImproved = lowerTails(mass, minorities, first, last, upward);
    const found = fewWorsened.map((tail, index) => tail + (fewImproved[index] ?? Number.NaN));
    return found.reduce((total, share, index) => total + mass(items, first + index, turning) * share, 0);
  };
}

/** By the number of turned items, the largest minority among them that is significant; -1 where none is. */
function rejectedMinorities(items: number, mass: BinomialMass): number[] {
  const minorities = [-1];
  let [minority, tail] = [-1, 0];
  for (let turned = 1; turned <= items; turned++) {
    if (minority >= 0) tail -= 0.5 * mass(turned - 1, minority, 0.5);
    const next = mass(turned, minority + 1, 0.5);
    if (2 * (tail + next) < level) {
      minority++;
      tail += next;
    }
    minorities.push(minority);
  }
  return minorities;
}

/**
 * P(X <= limits[t]) for X ~ Binomial(t, share) and t from first to last, each from the one before:
 * P(X_t <= k) = P(X_(t-1) <= k) - share P(X_(t-1) = k). Limits rise by at most 1.
 */
function lowerTails(
  mass: BinomialMass,
  limits: readonly number[],
  first: number,
  last: number,
  share: number,
): number[] {
  const limitAt = (trials: number) => limits[trials] ?? -1;
  let tail = 0;
  for (let k = 0; k <= limitAt(first); k++) tail += mass(first, k, share);
  const tails = [tail];
  for (let trials = first + 1; trials <= last; trials++) {
    const [limit, before] = [limitAt(trials), limitAt(trials - 1)];
    if (before >= 0) tail -= share * mass(trials - 1, before, share);
    if (limit > before) tail += mass(trials, limit, share);
    tails.push(tail);
  }
  return tails;
}

type BinomialMass = (trials: number, successes: number, share: number) => number;

/** Binomial(trials, share) masses for up to `most` trials, in logarithms inside. */
function binomialMasses(most: number): BinomialMass {
  const logFactorials = new Float64Array(most + 1);
  for (let k = 2; k <= most; k++) logFactorials[k] = (logFactorials[k - 1] ?? 0) + Math.log(k);
  const log = (k: number) => logFactorials[k] ?? Number.NaN;
  const times = (count: number, share: number) => (count === 0 ? 0 : count * Math.log(share));
  return (trials, successes, share) => {
    const failures = trials - successes;
    const ways = log(trials) - log(successes) - log(failures);
    return Math.exp(ways + times(successes, share) + times(failures, 1 - share));
  };
}
