"""How often the intervals of agreement hold the true figure: `python benchmarks/agreement/coverage.py [REPEATS]`.

Prints the tables of `benchmarks/agreement/README.md`. In each world the true figures are known exactly (`worlds.py`).
The method was chosen by the first grid; the second has other worlds, in which nothing was tried before: people of
different accuracy, hard rows on which all of them err, wrong answers drawn to one class, rarer classes.
"""

import itertools
import math
import sys
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri
from worlds import World, patterns, true_figures

from querist.agreement import coefficients, figures, intervals
from querist.agreement.overlap import overlap_of

REPEATS = 200
CONFIDENCE = 0.95
FIGURES = ("agreement", "cohen", "fleiss", "alpha", "class first", "class last")
SIZES = (20, 50, 100, 300)
CHOSEN, WALD, WILSON = "chosen", "Wald", "Wilson"


def people(accuracy, n, spread=0.02):
    """Return the accuracies of so many people, around one."""
    return tuple(np.clip(accuracy + np.linspace(spread, -spread, n), 0, 0.995).tolist())


def even(k):
    """Return equal shares."""
    return (1 / k,) * k


def first_grid():
    """Yield name and world: those that the method was chosen by."""
    classes = {"2": even(2), "3": even(3), "8": even(8), "95/5": (0.95, 0.05)}
    for (name, shares), (n, gaps), accuracy in itertools.product(
        classes.items(), [(2, 0.0), (3, 0.3), (5, 0.4)], (0.6, 0.75, 0.9, 0.98)
    ):
        yield (name, f"{n}, gaps {gaps:.0%}", accuracy), World(shares, people(accuracy, n), gaps)


def second_grid():
    """Yield name and world: those that nothing was tried in."""
    classes = {
        "2 (70/30)": (0.7, 0.3),
        "5 (skewed)": (0.5, 0.25, 0.15, 0.07, 0.03),
        "90/10": (0.9, 0.1),
        "99/1": (0.99, 0.01),
    }
    for (name, shares), (n, gaps), accuracy in itertools.product(
        classes.items(), [(2, 0.0), (4, 0.3)], (0.7, 0.85, 0.95)
    ):
        world = World(shares, people(accuracy, n, 0.04), gaps, hard=0.2, drawn_to=0.3)
        yield (name, f"{n}, gaps {gaps:.0%}", accuracy), world


@dataclass
class Tally:
    """What came of one figure in one cell by one method."""

    held: int = 0
    below: int = 0
    above: int = 0
    width: float = 0.0
    none: int = 0

    @property
    def n(self):
        """Intervals that there were."""
        return self.held + self.below + self.above

    @property
    def coverage(self):
        """Share of the intervals that hold the truth."""
        return self.held / self.n if self.n else math.nan

    def add(self, ends, truth):
        """Count an interval, or that there was none."""
        if ends is None:
            self.none += 1
            return
        low, high = ends
        self.width += high - low
        if truth < low - 1e-12:
            self.below += 1
        elif truth > high + 1e-12:
            self.above += 1
        else:
            self.held += 1


@dataclass
class Cell:
    """One world, one number of rows.

    Attributes
    ----------
    name : tuple
        Classes, people, accuracy.
    n_rows : int
    tallies : dict
        By figure and method.
    """

    name: tuple
    n_rows: int
    tallies: dict = field(default_factory=dict)

    def tally(self, figure, method):
        """Return the tally of a figure by a method."""
        return self.tallies.setdefault((figure, method), Tally())


def wald(found):
    """Return the interval that most programs print: the delta method and the normal quantile."""
    if found.value is None:
        return None
    rows = found.pseudo_values()
    reach = ndtri(0.5 + CONFIDENCE / 2) * rows.std(ddof=1) / math.sqrt(rows.size) / (1 - found.chance)
    return found.value - reach, found.value + reach


def wilson(found):
    """Return the interval that tables of very many kinds of rows get."""
    if found.value is None:
        return None
    low, high = intervals.share_interval(found.observed, found.pseudo_values(), CONFIDENCE, 0.0)
    return found.at(low), found.at(high)


def chosen(found):
    """Return the interval that users see."""
    estimate = intervals.beyond_chance(found, "", CONFIDENCE, 0.0)
    return None if estimate.value is None else (estimate.low, estimate.high)


def of_classes(shared, number):
    """Return the interval of specific agreement, or None where the class is too rare."""
    rows = figures.specific(shared.counts, shared.sizes, number)
    estimate = intervals.share(float(rows.mean()) if rows.size else 0.0, rows, "", "", CONFIDENCE, 0.0)
    return None if estimate.value is None else (estimate.low, estimate.high)


def play(name, world, n_rows, repeats, rng):
    """Return what came of a cell."""
    cell, found = Cell(name, n_rows), patterns(world)
    truth = true_figures(world, found)
    k = len(world.shares)
    for _ in range(repeats):
        table = found.draw(rng, n_rows)
        shared = overlap_of(table, k)
        same = coefficients.row_agreement(shared.counts, shared.sizes)
        ends = intervals.share_interval(float(same.mean()), same, CONFIDENCE, 0.0)
        cell.tally("agreement", CHOSEN).add(ends, truth["agreement"])
        told = {"fleiss": coefficients.fleiss(shared.counts), "alpha": coefficients.krippendorff(shared.counts)}
        if len(world.accuracies) == 2:
            told["cohen"] = coefficients.cohen(table[:, 0], table[:, 1], k)
        for figure, coefficient in told.items():
            for method, function in ((CHOSEN, chosen), (WALD, wald), (WILSON, wilson)):
                cell.tally(figure, method).add(function(coefficient), truth[figure])
        for place, number in (("class first", 0), ("class last", k - 1)):
            cell.tally(place, CHOSEN).add(of_classes(shared, number), truth[place])
    return cell


def run(grid, sizes, repeats, seed):
    """Return the cells of a grid."""
    return [
        play(name, world, n_rows, repeats, np.random.default_rng((seed, number, n_rows)))
        for number, (name, world) in enumerate(grid)
        for n_rows in sizes
    ]


def mean_of(cells, figure, method=CHOSEN):
    """Return mean coverage and the least of a cell, of cells that had enough intervals to say so."""
    values = [cell.tally(figure, method).coverage for cell in cells if cell.tally(figure, method).n >= 50]
    return (float(np.mean(values)), min(values)) if values else (math.nan, math.nan)


def told(pair):
    """Return mean and least coverage as they are printed."""
    return "-" if math.isnan(pair[0]) else f"{pair[0]:.1%} ({pair[1]:.0%})"


def by_classes(cells):
    """Return the lines of the table: coverage of each figure by classes and rows, mean and worst cell."""
    lines = ["| classes | rows | " + " | ".join(FIGURES) + " | no kappa |", "|---|---|" + "---|" * (len(FIGURES) + 1)]
    for classes, n_rows in dict.fromkeys((cell.name[0], cell.n_rows) for cell in cells):
        here = [cell for cell in cells if (cell.name[0], cell.n_rows) == (classes, n_rows)]
        tallies = [cell.tally("alpha", CHOSEN) for cell in here]
        none = sum(each.none for each in tallies) / sum(each.n + each.none for each in tallies)
        figures_told = " | ".join(told(mean_of(here, figure)) for figure in FIGURES)
        lines.append(f"| {classes} | {n_rows} | {figures_told} | {none:.1%} |")
    return lines


def by_method(cells):
    """Return the lines of the table: methods compared, over all cells."""
    lines = ["| figure | method | coverage (worst cell) | mean width | truth below / above |", "|---|---|---|---|---|"]
    for figure, method in itertools.product(("cohen", "fleiss", "alpha"), (CHOSEN, WILSON, WALD)):
        every = [cell.tally(figure, method) for cell in cells if cell.tally(figure, method).n]
        n = sum(each.n for each in every)
        sides = " / ".join(f"{sum(getattr(each, side) for each in every) / n:.1%}" for side in ("below", "above"))
        width = sum(each.width for each in every) / n
        lines.append(f"| {figure} | {method} | {told(mean_of(cells, figure, method))} | {width:.3f} | {sides} |")
    return lines


def worst(cells, below=0.92):
    """Return the lines of the table: all cells in which an interval that users see held too seldom."""
    lines = [
        "| classes | people | accuracy | rows | figure | coverage | truth below / above |",
        "|---|---|---|---|---|---|---|",
    ]
    for cell in cells:
        for figure in FIGURES:
            tally = cell.tally(figure, CHOSEN)
            if tally.n >= 50 and tally.coverage < below:
                sides = f"{tally.below / tally.n:.1%} / {tally.above / tally.n:.1%}"
                where = " | ".join(map(str, (*cell.name, cell.n_rows, figure)))
                lines.append(f"| {where} | {tally.coverage:.1%} | {sides} |")
    return lines


GRIDS = {
    "The grid that the method was chosen by": (first_grid, SIZES),
    "Other worlds": (second_grid, (15, 35, 75, 200)),
}


def main(repeats=REPEATS, titles=tuple(GRIDS)):
    """Print all tables."""
    for title in titles:
        grid, sizes = GRIDS[title]
        cells = run(grid(), sizes, repeats, 1)
        print(f"### {title}\n\n{len(cells)} cells, {repeats} tables each.\n")
        for lines in (by_method(cells), by_classes(cells), worst(cells)):
            print("\n".join(lines), end="\n\n", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
