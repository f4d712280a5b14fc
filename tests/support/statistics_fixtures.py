"""Makes statistics-fixtures.json, the values that the SDK's statistics are tested against.

Made with numpy 2.4.6, scipy 1.17.1 and statsmodels 0.15.0. Run: python tests/support/statistics_fixtures.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
import scipy.stats
import statsmodels.api
import statsmodels.stats.contingency_tables
import statsmodels.stats.multitest
import statsmodels.stats.proportion

DRAWS = 10_000
SEED = 20_260_601
WORD = 0xFFFFFFFF


class Sfc32:
    """sfc32 of PractRand 0.94, written again from its definition, to check the SDK's."""

    def __init__(self, seed: int) -> None:
        self.state = [0, seed & WORD, seed >> 32, 1]
        for _ in range(12):
            self.word()

    def word(self) -> int:
        a, b, c, counter = self.state
        result = (a + b + counter) & WORD
        rotated = ((c << 21) | (c >> 11)) & WORD
        self.state = [b ^ (b >> 9), (c + (c << 3)) & WORD, (rotated + result) & WORD, (counter + 1) & WORD]
        return result

    def below(self, bound: int) -> int:
        accepted = 2**32 - 2**32 % bound
        while (drawn := self.word()) >= accepted:
            pass
        return drawn % bound

    def uniform(self) -> float:
        high, low = self.word() >> 5, self.word() >> 6
        return (high * 2**26 + low) / 2**53


def random_numbers() -> list[dict[str, Any]]:
    cases = []
    for seed in [0, 1, 42, 2**32, 2**53 - 1]:
        random = Sfc32(seed)
        below = [random.below(bound) for bound in [2, 3, 10, 1000, 2**31 + 1, 2**32]]
        cases.append({"seed": seed, "below": below, "uniform": [random.uniform() for _ in range(4)]})
    return cases


def means(samples: list[list[float]]) -> list[dict[str, Any]]:
    return [{"values": v, "mean": float(np.mean(v)), "standardError": float(scipy.stats.sem(v))} for v in samples]


def proportions() -> list[dict[str, Any]]:
    cases = []
    for successes, total in [(0, 1), (1, 1), (0, 120), (3, 120), (57, 60), (110, 120), (120, 120), (659, 1319)]:
        low, high = statsmodels.stats.proportion.proportion_confint(successes, total, 0.05, method="wilson")
        cases.append({"successes": successes, "total": total, "low": float(low), "high": float(high)})
    return cases


def paired_differences() -> list[dict[str, Any]]:
    """Newcombe's method 10, written again from the paper."""
    cases = []
    tables = [
        (36, 12, 2, 0),
        (1, 1, 7, 12),
        (0, 120, 0, 0),
        (0, 97, 1, 22),
        (50, 10, 4, 56),
        (3, 0, 0, 0),
        (0, 0, 120, 0),
    ]
    for both, only_after, only_before, neither in tables:
        low, high = newcombe_interval(both, only_after, only_before, neither)
        counts = {"both": both, "onlyAfter": only_after, "onlyBefore": only_before, "neither": neither}
        cases.append({"counts": counts, "low": low, "high": high})
    return cases


def newcombe_interval(both: int, only_after: int, only_before: int, neither: int) -> tuple[float, float]:
    n = both + only_after + only_before + neither
    x1, x2 = both + only_after, both + only_before
    p1, p2 = x1 / n, x2 / n
    wilson = statsmodels.stats.proportion.proportion_confint
    (l1, u1), (l2, u2) = wilson(x1, n, 0.05, method="wilson"), wilson(x2, n, 0.05, method="wilson")
    a, b = x1 * (n - x1) * x2 * (n - x2), both * neither - only_after * only_before
    c = b - n / 2 if b > n / 2 else min(b, 0)
    phi = 0 if a == 0 else c / np.sqrt(a)
    low = p1 - p2 - np.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    high = p1 - p2 + np.sqrt((p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2)
    return float(low), float(high)


def uncorrelated_differences() -> list[dict[str, Any]]:
    """Where a margin is empty the pairs tell no correlation: method 10 is then statsmodels' interval of two samples."""
    cases = []
    for right_after, total in [(120, 120), (97, 120), (5, 8)]:
        low, high = statsmodels.stats.proportion.confint_proportions_2indep(
            right_after, total, 0, total, method="newcomb", compare="diff"
        )
        cases.append({"rightAfter": right_after, "total": total, "low": float(low), "high": float(high)})
    return cases


def mcnemar_tests() -> list[dict[str, Any]]:
    cases = []
    for improved, worsened in [(0, 0), (1, 0), (5, 0), (6, 0), (3, 3), (10, 4), (110, 2), (700, 640), (2000, 1500)]:
        table = [[10, improved], [worsened, 20]]
        result = statsmodels.stats.contingency_tables.mcnemar(table, exact=True)
        cases.append({"improved": improved, "worsened": worsened, "pValue": float(result.pvalue)})
    return cases


def drawn_interval(numerators: np.ndarray, denominators: np.ndarray) -> list[float]:
    """The interval by the same draws, with numpy's sums and percentiles."""
    random = Sfc32(SEED)
    count = len(numerators)
    picks = np.array([[random.below(count) for _ in range(count)] for _ in range(DRAWS)])
    ratios = numerators[picks].sum(axis=1) / denominators[picks].sum(axis=1)
    return [float(bound) for bound in np.percentile(ratios, [2.5, 97.5])]


def scipy_interval(numerators: np.ndarray, denominators: np.ndarray) -> list[float]:
    """The interval by scipy with draws of its own, equal up to the noise of drawing."""
    result = scipy.stats.bootstrap(
        (numerators, denominators),
        lambda numerator, denominator, axis: numerator.sum(axis=axis) / denominator.sum(axis=axis),
        paired=True,
        n_resamples=50_000,
        batch=1000,
        method="percentile",
        rng=np.random.default_rng(7),
    )
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


def bootstraps(generator: np.random.Generator) -> list[dict[str, Any]]:
    flips = generator.choice([-1.0, 0.0, 1.0], size=60, p=[0.1, 0.5, 0.4])
    fractions = np.round(generator.uniform(-1, 1, size=25), 3)
    tokens = generator.integers(1, 65, size=48).astype(float)
    divergences = np.round(tokens * generator.gamma(2, 0.02, size=48), 6)
    cases = [(flips, np.ones(60)), (fractions, np.ones(25)), (divergences, tokens)]
    return [
        {
            "numerators": numerators.tolist(),
            "denominators": denominators.tolist(),
            "sameDraws": drawn_interval(numerators, denominators),
            "scipy": scipy_interval(numerators, denominators),
        }
        for numerators, denominators in cases
    ]


def permutations(generator: np.random.Generator) -> list[dict[str, Any]]:
    """Sign flips: all of them by scipy; for more differences the same draws as the SDK's, and scipy with its own."""
    small = [
        [0.4, 0.5, 0.3, 0.6],
        [0.1, -0.2, 0.0, 0.3, 0.3, -0.1, 0.2],
        [1.0, -1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0],
        np.round(generator.normal(0.4, 1, size=13), 4).tolist(),
    ]
    large = [
        np.round(generator.normal(0.2, 1, size=14), 4).tolist(),
        np.round(generator.normal(0.25, 1, size=60), 4).tolist(),
        np.round(generator.normal(2, 1, size=100), 4).tolist(),
    ]
    exact = [{"differences": d, "pValue": scipy_permutation(d, np.inf)} for d in small]
    drawn = [{"differences": d, "pValue": drawn_permutation(d), "scipy": scipy_permutation(d, 100_000)} for d in large]
    return [*exact, *drawn]


def scipy_permutation(differences: list[float], resamples: float) -> float:
    result = scipy.stats.permutation_test(
        (differences,),
        lambda sample, axis: np.sum(sample, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=5000,
        rng=np.random.default_rng(7),
    )
    return float(result.pvalue)


def drawn_permutation(differences: list[float]) -> float:
    random = Sfc32(SEED)
    sizes = np.abs([value for value in differences if value != 0])
    words = -(-len(sizes) // 32)
    drawn = np.array([[random.word() for _ in range(words)] for _ in range(DRAWS)], dtype=np.uint64)
    bits = (drawn[:, :, None] >> np.arange(32, dtype=np.uint64)) & np.uint64(1)
    signs = 2.0 * bits.reshape(DRAWS, -1)[:, : len(sizes)] - 1
    as_large = np.abs(signs @ sizes) >= abs(sum(differences)) - 1e-9
    return float((as_large.sum() + 1) / (DRAWS + 1))


def holm_adjustments() -> list[dict[str, Any]]:
    lists = [[0.04], [0.01, 0.04, 0.03], [0.9, 0.6, 1.0], [0.001, 0.02, 0.02, 0.5, 0.013], [0.0, 0.05]]
    return [
        {"pValues": p, "adjusted": statsmodels.stats.multitest.multipletests(p, method="holm")[1].tolist()}
        for p in lists
    ]


def clustered_errors(generator: np.random.Generator) -> list[dict[str, Any]]:
    cases = []
    for size, groups in [(2, 2), (40, 9), (25, 25)]:
        values = np.round(generator.uniform(size=size), 4)
        clusters = np.arange(size) if size == groups else generator.integers(0, groups, size=size)
        fitted = statsmodels.api.OLS(values, np.ones(size)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        error = float(fitted.bse[0])
        cases.append({"values": values.tolist(), "clusters": clusters.tolist(), "standardError": error})
    return cases


def detectable_differences() -> list[dict[str, Any]]:
    cases = []
    for items, flipped in [(6, 0), (20, 0), (50, 25), (100, 0), (100, 10), (100, 20), (100, 100), (200, 15)]:
        found = scipy.optimize.brentq(lambda d, n=items, f=flipped: mcnemar_power(n, f / n, d) - 0.8, 1e-9, 1.0)
        cases.append({"items": items, "flipped": flipped, "difference": float(found)})
    return cases


def mcnemar_power(items: int, flipped_share: float, difference: float) -> float:
    """Unconditional power of the exact test at 5 %, by adding up every possible outcome with scipy's distributions."""
    turning = max(flipped_share, difference)
    upward = (1 + difference / turning) / 2
    total = 0.0
    for turned in range(1, items + 1):
        improved = np.arange(turned + 1)
        significant = (
            np.minimum(1, 2 * scipy.stats.binom.cdf(np.minimum(improved, turned - improved), turned, 0.5)) < 0.05
        )
        conditional = scipy.stats.binom.pmf(improved, turned, upward)[significant].sum()
        total += scipy.stats.binom.pmf(turned, items, turning) * conditional
    return float(total)


def main() -> None:
    generator = np.random.default_rng(2026)
    samples = [
        [0.0, 1.0],
        [1.0, 1.0, 1.0],
        generator.integers(0, 2, size=120).astype(float).tolist(),
        np.round(generator.uniform(size=17), 4).tolist(),
    ]
    fixtures = {
        "random": random_numbers(),
        "means": means(samples),
        "proportions": proportions(),
        "pairedDifferences": paired_differences(),
        "uncorrelatedDifferences": uncorrelated_differences(),
        "mcnemar": mcnemar_tests(),
        "bootstrap": bootstraps(generator),
        "permutation": permutations(generator),
        "holm": holm_adjustments(),
        "clustered": clustered_errors(generator),
        "detectable": detectable_differences(),
    }
    target = Path(__file__).with_name("statistics-fixtures.json")
    target.write_text(json.dumps(fixtures, indent=1) + "\n")


if __name__ == "__main__":
    main()
