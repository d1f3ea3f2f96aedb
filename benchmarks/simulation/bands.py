"""How often the bands of learning curves, and the intervals of paired differences, hold the mean that they are about.

What is drawn: the accuracy of a repeat is a model of that repeat (the families below) and a test part (binomial).
Nothing in the intervals was fitted to any of them: they have no constant but the confidence.
``python benchmarks/simulation/bands.py`` prints the tables of README.md (two minutes).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from querist.simulation.statistics import mean_interval

DRAWS = 20_000
REPEATS = (2, 3, 5, 10, 20)
TEST_ROWS = (50, 200, 1000)
Models = Callable[[np.random.Generator, int], Any]


def beta(mean: float, spread: float) -> tuple[Models, float]:
    """Models around a mean; `spread` is their standard deviation as a share of the largest possible one."""
    size = 1 / spread**2 - 1
    return lambda rng, n: rng.beta(mean * size, (1 - mean) * size, (n, DRAWS)), mean


def uniform(low: float, high: float) -> tuple[Models, float]:
    """Models anywhere between two accuracies."""
    return lambda rng, n: rng.uniform(low, high, (n, DRAWS)), (low + high) / 2


def failing(usual: float, failed: float, share: float) -> tuple[Models, float]:
    """Models of one accuracy, a share of which fails: a class, say, is met late."""
    mean = usual * (1 - share) + failed * share
    return lambda rng, n: np.where(rng.random((n, DRAWS)) < share, failed, usual), mean


FAMILIES = {
    "beta, mean 0.5, spread 0.1": beta(0.5, 0.1),
    "beta, mean 0.8, spread 0.1": beta(0.8, 0.1),
    "beta, mean 0.9, spread 0.1": beta(0.9, 0.1),
    "beta, mean 0.95, spread 0.1": beta(0.95, 0.1),
    "beta, mean 0.99, spread 0.1": beta(0.99, 0.1),
    "beta, mean 0.995, spread 0.1": beta(0.995, 0.1),
    "beta, mean 0.99, spread 0.02": beta(0.99, 0.02),
    "uniform, 0.7 to 0.9": uniform(0.7, 0.9),
    "uniform, 0.97 to 1": uniform(0.97, 1.0),
    "all alike, 0.97": failing(0.97, 0.97, 0.5),
    "beta, mean 0.9, spread 0.3": beta(0.9, 0.3),
    "beta, mean 0.99, spread 0.3": beta(0.99, 0.3),
    "0.95, a fifth fails with 0.8": failing(0.95, 0.8, 0.2),
    "0.95, a tenth fails with 0.5": failing(0.95, 0.5, 0.1),
}


def plain(values: Any) -> tuple[Any, Any]:
    """The t interval."""
    n = values.shape[0]
    half = special.stdtrit(n - 1, 0.975) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return values.mean(axis=0) - half, values.mean(axis=0) + half


def held(interval: tuple[Any, Any], mean: float) -> float:
    """How often it holds the mean, in per cent."""
    return 100 * float(np.mean((interval[0] <= mean + 1e-12) & (mean - 1e-12 <= interval[1])))


def left(interval: tuple[Any, Any], least: float) -> float:
    """How often it leaves [least, 1], in per cent."""
    return 100 * float(np.mean((interval[0] < least - 1e-12) | (interval[1] > 1 + 1e-12)))


def width(interval: tuple[Any, Any]) -> float:
    """Its mean width."""
    return float(np.mean(interval[1] - interval[0]))


def bands() -> None:
    """Print how often t intervals and bands hold the mean."""
    rng = np.random.default_rng(0)
    print("| models | test rows | " + " | ".join(f"{n} repeats" for n in REPEATS) + " |")
    print("|---" * (2 + len(REPEATS)) + "|")
    for name, (models, mean) in FAMILIES.items():
        for rows in TEST_ROWS:
            cells = []
            for n in REPEATS:
                values = rng.binomial(rows, models(rng, n)) / rows
                band = mean_interval(values, low=0.0, high=1.0, n_trials=rows)
                assert not left(band, 0.0)
                cells.append(f"{held(plain(values), mean):.0f} / {held(band, mean):.0f}")
            print(f"| {name} | {rows} | " + " | ".join(cells) + " |")


def widths() -> None:
    """Print how often t intervals leave [0, 1], and how wide both are."""
    rng = np.random.default_rng(1)
    print("| mean | " + " | ".join(f"{n} repeats" for n in REPEATS) + " |")
    print("|---" * (1 + len(REPEATS)) + "|")
    for mean in (0.5, 0.8, 0.9, 0.95, 0.99):
        models, _ = beta(mean, 0.1)
        cells = []
        for n in REPEATS:
            values = rng.binomial(200, models(rng, n)) / 200
            band = mean_interval(values, low=0.0, high=1.0, n_trials=200)
            t = plain(values)
            cells.append(f"{left(t, 0.0):.0f} %; {width(t):.3f} / {width(band):.3f}")
        print(f"| {mean} | " + " | ".join(cells) + " |")


def differences() -> None:
    """Print the same for differences of two models on the same test part."""
    rng = np.random.default_rng(2)
    print("| accuracies | test rows | " + " | ".join(f"{n} repeats" for n in REPEATS) + " |")
    print("|---" * (2 + len(REPEATS)) + "|")
    for first, second in ((0.8, 0.8), (0.9, 0.85), (0.97, 0.95), (0.99, 0.99)):
        for rows in (50, 1000):
            cells = []
            for n in REPEATS:
                mine, theirs = (beta(mean, 0.1)[0](rng, n) for mean in (first, second))
                # Both are right where the better one is, so far as they agree: half of the errors are shared.
                shared = rng.binomial(rows, 1 - (1 - np.maximum(mine, theirs)) / 2)
                values = (rng.binomial(shared, np.clip(mine * rows / np.maximum(shared, 1), 0, 1)) / rows) - (
                    rng.binomial(shared, np.clip(theirs * rows / np.maximum(shared, 1), 0, 1)) / rows
                )
                mean = float(values.mean())
                t, bounded = plain(values), mean_interval(values, low=-1.0, high=1.0)
                assert not left(bounded, -1.0)
                cells.append(f"{held(t, mean):.0f} / {held(bounded, mean):.0f} ({left(t, -1.0):.0f} %)")
            print(f"| {first}, {second} | {rows} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    for part in (bands, widths, differences):
        part()
        print()
