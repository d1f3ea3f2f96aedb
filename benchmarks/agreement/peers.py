"""Write `tests/agreement/peers.csv`: 1,000 random tables of answers with gaps, and what irrCAC and statsmodels say.

    python -m venv somewhere && somewhere/bin/pip install irrCAC==0.4.4 statsmodels==0.15.0
    somewhere/bin/python benchmarks/agreement/peers.py

Both want an environment of their own (irrCAC takes exactly scipy 1.12, statsmodels is large), so the tests read what
they said. A table is written row by row, one character a person: the number of a class, or "." for no answer. A figure
that a package does not have, or that does not exist, is left empty. irrCAC is given the rows with two answers or more,
for it takes the chance level of Fleiss' kappa from rows with a single answer too; statsmodels has no gaps, so it is
given the rows that all have answered (Fleiss) and those that the first two have (Cohen).
"""

import csv
import math
import random
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

OUT = Path(__file__).parents[2] / "tests" / "agreement" / "peers.csv"
COLUMNS = ["table", "irrcac_observed", "irrcac_fleiss", "irrcac_alpha", "statsmodels_fleiss", "statsmodels_cohen"]


def draw(numbers):
    """Return a table of answers, NaN for none: hard and easy rows, few and many classes, few and many gaps."""
    n_rows, n_people = numbers.randint(2, 40), numbers.randint(2, 5)
    n_classes = numbers.choice([2, 2, 3, 5, 8])
    right, gaps, first = numbers.uniform(0.2, 1), numbers.choice([0, 0.1, 0.3, 0.6]), numbers.choice([0, 0, 0.5, 0.9])
    table = np.full((n_rows, n_people), np.nan)
    for row in range(n_rows):
        truth = 0 if numbers.random() < first else numbers.randrange(n_classes)
        for person in range(n_people):
            if numbers.random() >= gaps:
                table[row, person] = truth if numbers.random() < right else numbers.randrange(n_classes)
    return table


def told(figure):
    """Return a figure as it is written."""
    return "" if figure is None or not math.isfinite(figure) else f"{figure:.10f}"


def irrcac(table):
    """Return observed agreement, Fleiss' kappa and Krippendorff's alpha."""
    shared = table[(~np.isnan(table)).sum(axis=1) >= 2]
    if len(shared) < 2 or np.unique(shared[~np.isnan(shared)]).size < 2:  # it cannot take a single row
        return [None] * 3
    peer = CAC(pd.DataFrame(shared), digits=12)
    kappa, alpha = peer.fleiss()["est"], peer.krippendorff()["est"]
    return [kappa["pa"], kappa["coefficient_value"], alpha["coefficient_value"]]


def statsmodels(table):
    """Return Fleiss' kappa of complete rows, and Cohen's of the first two people."""
    whole = table[~np.isnan(table).any(axis=1)].astype(int)
    fleiss = float(fleiss_kappa(aggregate_raters(whole)[0])) if np.unique(whole).size > 1 else None
    two = table[~np.isnan(table[:, :2]).any(axis=1), :2].astype(int)
    if np.unique(two).size < 2:
        return [fleiss, None]
    counts = np.zeros((9, 9))
    np.add.at(counts, (two[:, 0], two[:, 1]), 1)
    return [fleiss, float(cohens_kappa(counts).kappa)]


def main():
    """Write the file."""
    numbers = random.Random(10)
    with OUT.open("w", newline="") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for _ in range(1000):
            table = draw(numbers)
            text = " ".join("".join("." if np.isnan(said) else str(int(said)) for said in row) for row in table)
            writer.writerow([text, *map(told, irrcac(table) + statsmodels(table))])


if __name__ == "__main__":
    main()
