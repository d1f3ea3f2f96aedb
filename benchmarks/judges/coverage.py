"""How often the figures of judges hold: `python benchmarks/judges/coverage.py [REPEATS]` writes README.md anew.

Each cell is a judge of known accuracy on a pile of 10,000 rows whose truth is known: from REPEATS random samples, how
often does the interval hold the true figure of the pile, and how wide is it beside that of the random rows alone?
"""

import itertools
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from querist.audit.intervals import mid_p
from querist.judging import compare_judges, judge_figures

REPEATS = 100
# Of one sample: whether an interval of 95 % holds.
SPREAD = (0.95 * 0.05) ** 0.5
N_ROWS = 10_000
SIZES = (50, 200)
ACCURACIES = (0.6, 0.8, 0.9, 0.98)
SHARES = {
    "2, even": (0.5, 0.5),
    "2, 2 %": (0.98, 0.02),
    "5, skewed": (0.5, 0.25, 0.15, 0.07, 0.03),
    "20, even": (0.05,) * 20,
}
CONFIDENCES = ("none", "informative", "useless", "lying")
FIGURES = ("accuracy", "share", "recall", "precision", "difference")
TARGET = Path(__file__).with_name("README.md")
HEAD = """# Figures of judges, measured

How often 95 % intervals hold the true figure of a pile of 10,000 rows, and how wide they are. The script
`benchmarks/judges/coverage.py` writes this page; nothing was tuned on these worlds. A judge of accuracy *a* gives the
right class with that chance, else another one at random; the second judge of the paired difference is 3 points worse.
Confidences: informative (higher where it is right), useless (noise), lying (higher where it is wrong). Cells are
classes x accuracy x confidences x random rows ({sizes}), {repeats} samples each: the coverage of a cell has a standard
error of about {error:.1f} points. Samples that give no figure (too few rows) count in no column.
So the worst of a hundred cells lies {chance:.0f} points low by chance alone: whether a single cell falls short takes
more samples (`coverage.py 500`: an hour).

"Width" is the mean of an interval's width beside that of the random rows alone, in the same cell.

| figure | cells | coverage (mean) | worst cell | cells below 92 % | width (mean) | narrowest | widest |
|---|---|---|---|---|---|---|---|
"""


def sure_of(kind, right, rng):
    """Return confidences of a kind."""
    noise = rng.normal(0, 0.05, right.size)
    if kind == "useless":
        return rng.random(right.size)
    high, low = (0.95, 0.65) if kind == "informative" else (0.65, 0.95)
    return np.clip(np.where(right, high, low) + noise, 0, 1)


def judge(truth, accuracy, n_classes, rng):
    """Return labels that are right with this chance, else another class."""
    other = (truth + rng.integers(1, n_classes, truth.size)) % n_classes
    return np.where(rng.random(truth.size) < accuracy, truth, other)


def cell(shares, accuracy, kind, size, seed, repeats):
    """Return, for each figure, whether its intervals held and how wide they are beside those of the rows alone."""
    rng = np.random.default_rng(seed)
    n_classes = len(shares)
    truth = rng.choice(n_classes, size=N_ROWS, p=shares)
    judged = judge(truth, accuracy, n_classes, rng)
    second = judge(truth, accuracy - 0.03, n_classes, rng)
    sure = None if kind == "none" else sure_of(kind, judged == truth, rng)
    held, width = defaultdict(list), defaultdict(list)

    def note(figure, estimate, real, alone=None):
        if estimate.low is None:
            return
        held[figure].append(estimate.low <= real <= estimate.high)
        if alone is not None:
            width[figure].append((estimate.high - estimate.low) / (alone[1] - alone[0]))

    for _ in range(repeats):
        rows = rng.choice(N_ROWS, size, replace=False)
        found = judge_figures(judged, rows, truth[rows], confidences=sure)
        note("accuracy", found.accuracy, np.mean(judged == truth), mid_p(np.mean(judged[rows] == truth[rows]), size))
        # The first and the last class stand for all: the commonest and the rarest.
        for one in (found.classes[0], found.classes[-1]):
            mine, given = truth == one.label, judged == one.label
            note("share", one.share, mine.mean(), mid_p(np.mean(mine[rows]), size))
            note("recall", one.recall, np.mean(given[mine]))
            note("precision", one.precision, np.mean(mine[given]))
        pair = compare_judges(judged, second, rows, truth[rows])
        note("difference", pair.difference, np.mean(judged == truth) - np.mean(second == truth))
    return held, width


def main():
    """Measure, and write the page."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    found = defaultdict(list)
    grid = list(itertools.product(SHARES.items(), ACCURACIES, CONFIDENCES, SIZES))
    for seed, ((name, shares), accuracy, kind, size) in enumerate(grid):
        held, width = cell(shares, accuracy, kind, size, seed, repeats)
        for figure, values in held.items():
            # A cell in which hardly any sample gave a figure says nothing.
            if len(values) >= repeats / 4:
                ratio = float(np.mean(width[figure])) if width[figure] else np.nan
                found[figure].append((float(np.mean(values)), ratio, f"{name}, {accuracy:g}, {kind}, {size}"))
        print(name, accuracy, kind, size, {key: round(float(np.mean(value)), 3) for key, value in held.items()})
    TARGET.write_text(page(found, repeats), encoding="utf-8")


def page(found, repeats):
    """Return the page of results."""
    lines, low = [], []
    for figure in FIGURES:
        cells = found[figure]
        coverage, ratio = np.array([each[0] for each in cells]), np.array([each[1] for each in cells])
        below = [each for each in cells if each[0] < 0.92]
        low += [f"- {figure}: {each[0]:.1%} ({each[2]})" for each in below]
        widths = (
            "| | |"
            if np.isnan(ratio).all()
            else f"| {np.nanmean(ratio):.2f} | {np.nanmin(ratio):.2f} | {np.nanmax(ratio):.2f}"
        )
        lines.append(
            f"| {figure} | {len(cells)} | {coverage.mean():.1%} | {coverage.min():.1%} | {len(below)} {widths} |"
        )
    told = "\n".join(low) if low else "None."
    head = HEAD.format(
        sizes=" and ".join(map(str, SIZES)),
        repeats=repeats,
        error=100 * SPREAD / repeats**0.5,
        chance=2.5 * 100 * SPREAD / repeats**0.5,
    )
    return f"{head}{chr(10).join(lines)}\n\nCells below 92 % (classes, accuracy, confidences, rows):\n\n{told}\n"


if __name__ == "__main__":
    main()
