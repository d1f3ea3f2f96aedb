"""How often the bands of learning curves hold the mean, and how often plain t intervals leave [0, 1].

The accuracy of a repeat is drawn: a model of that repeat (beta), and a test part of 100 rows (binomial).
``python benchmarks/simulation/bands.py`` prints the table of README.md (half a minute).
"""

import numpy as np
from scipy import special

from querist.simulation.statistics import mean_interval

DRAWS = 20_000
# Standard deviation of the models over the repeats, as a share of the largest possible one.
SPREAD = 0.1


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(0)
    print("| mean | repeats | t interval holds | leaves [0, 1] | band holds | leaves [0, 1] | mean width, t | band |")
    print("|---|---|---|---|---|---|---|---|")
    for mean in (0.5, 0.8, 0.9, 0.95, 0.99):
        for n in (2, 3, 5, 10, 20):
            size = 1 / SPREAD**2 - 1
            models = rng.beta(mean * size, (1 - mean) * size, (n, DRAWS))
            values = rng.binomial(100, models) / 100
            half = special.stdtrit(n - 1, 0.975) * values.std(axis=0, ddof=1) / np.sqrt(n)
            plain = values.mean(axis=0) - half, values.mean(axis=0) + half
            band = mean_interval(values, low=0.0, high=1.0)
            told = []
            for lower, upper in (plain, band):
                held = np.mean((lower <= mean) & (mean <= upper))
                told += [f"{100 * held:.1f} %", f"{100 * np.mean((lower < 0) | (upper > 1)):.1f} %"]
            widths = [f"{np.mean(upper - lower):.3f}" for lower, upper in (plain, band)]
            print(f"| {mean} | {n} | " + " | ".join([*told, *widths]) + " |")


if __name__ == "__main__":
    main()
