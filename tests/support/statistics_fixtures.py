"""Makes statistics-fixtures.json, the values that the SDK's statistics are tested against.

Made with numpy 2.4.6, scipy 1.17.1 and statsmodels 0.15.0. Run: python tests/support/statistics_fixtures.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import scipy.stats
import statsmodels.stats.contingency_tables
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
    }
    target = Path(__file__).with_name("statistics-fixtures.json")
    target.write_text(json.dumps(fixtures, indent=1) + "\n")


if __name__ == "__main__":
    main()
