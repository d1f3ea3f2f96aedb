"""Set the finished runs beside the published table."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lu2023_protocol import SETS, Floats, published, published_seeds
from lu2023_runs import load, path_of

# Strategy, how the table calls it, and the column of the published table it stands beside.
ROWS = (
    ("random", "random", "Uniform"),
    ("least_confidence", "least confidence = margin", "US-C"),
    ("query_by_committee", "query by committee", "QBC"),
    ("k_center", "k-center", "Core-Set"),
)
SMALLEST = frozenset({"appendicitis", "sonar", "heart"})
TOLERANCE, TOLERANCE_SMALLEST = 0.006, 0.012
# Published differences from random up to this are too small for their sign to be asked for.
GAP = 0.005

HEAD = """\
# Published numbers: Lu, Li, Cheng and Lin (2023)

Querist's strategies beside the published table of P.-Y. Lu, C.-L. Li, Y.-C. Cheng, H.-T. Lin, arXiv:2306.08954
(mean AUBC; <https://github.com/ariapoy/active-learning-benchmark>, `results/README.md`), on twelve of its sets.
Written by `{command} table` from the runs of `{command} run`; every line of it, favourable or not.

40 % of the rows are the test part, 20 random rows the initial set, one row is asked at a time until the pool is
empty; after each answer an `SVC(C=1, kernel="rbf", gamma="auto")` is fitted from scratch and its accuracy measured on
the test part. AUBC is the trapezoid area of that curve, divided by the number of queries. Splits and initial sets are
the published ones (`lu2023_protocol.py` says how they are drawn), the same for all strategies; features are
standardised by the pool. The kernel of a split is computed once; models and decision values are those of the plain
`SVC` (a test compares them).

- **within**: our mean differs by at most {tolerance} from the published one ({smallest} on appendicitis, sonar, heart).
  The published means are over seeds 0 to 99, and 0 to 9 on spambase, banana and phoneme; *runs* says how many of these
  ours are over.
- **sign**: strategy minus random has the published sign; asked where the published difference exceeds {gap}.
- *standard error* is that of our mean, splits included; over all published seeds, both means share the splits.
- On two classes, least confidence and margin from a decision function are the same number, so one run serves both:
  {same}. The published `MCM` is another method (the row nearest to the mean of the rows inside the margin).
- The committee is the published one: logistic regression, SVC with linear and with RBF kernel, linear discriminant
  analysis, each on a bootstrap sample, by vote entropy. Random rows, ties of votes and bootstrap samples are Querist's
  own draws. On a set without its row it was not run: it takes four more fits for every query.
"""

SEEDS = """\

## Run by run

Least confidence draws nothing at random, so on the published splits each run should give the authors' own value:
`results/differentModels/*-margin-zhan-google-*-aubc.csv` there, five decimals; seeds 0 to 9 are in `lu2023_seeds.csv`.

| set | runs compared | largest difference |
|---|---|---|
"""


@dataclass(frozen=True)
class Line:
    """One strategy on one set."""

    name: str
    strategy: str
    label: str
    values: Floats
    theirs: float
    # Strategy minus random, over the seeds of both; None for random itself.
    gap: float | None
    their_gap: float | None

    @property
    def difference(self) -> float:
        """Our mean minus the published one."""
        return float(self.values.mean()) - self.theirs

    @property
    def within(self) -> bool:
        """Whether the difference is tolerable."""
        return abs(self.difference) <= (TOLERANCE_SMALLEST if self.name in SMALLEST else TOLERANCE)

    @property
    def sign(self) -> bool | None:
        """Whether the sign is as published; None where it is not asked for."""
        if self.gap is None or self.their_gap is None or abs(self.their_gap) <= GAP:
            return None
        return self.gap * self.their_gap > 0

    def cells(self) -> list[str]:
        """Return the cells of the line."""
        count = self.values.size
        error = f"{self.values.std(ddof=1) / np.sqrt(count):.4f}" if count > 1 else ""
        gaps = ["", ""] if self.gap is None else [f"{self.gap:+.4f}", f"{self.their_gap:+.4f}"]
        numbers = [f"{self.values.mean():.4f}", error, f"{self.theirs:.4f}", f"{self.difference:+.4f}"]
        return [self.name, self.label, str(count), *numbers, _word(self.within), *gaps, _word(self.sign)]


def lines(runs: Path) -> list[Line]:
    """Return a line for every strategy that has finished runs, set by set."""
    table, result = published(), []
    for name in SETS:
        random = load(runs, name, "random")
        for strategy, label, column in ROWS:
            values = load(runs, name, strategy)
            if not values:
                continue
            theirs, gap, their_gap = table[name, column][0], None, None
            both = values.keys() & random.keys()
            if strategy != "random" and both:
                gap = float(np.mean([values[seed] - random[seed] for seed in both]))
                their_gap = theirs - table[name, "Uniform"][0]
            result.append(Line(name, strategy, label, np.array(list(values.values())), theirs, gap, their_gap))
    return result


def seed_lines(runs: Path) -> list[str]:
    """Return the comparison of single runs with the authors' own, a line for each set."""
    theirs, result = published_seeds(), []
    for name in SETS:
        ours = load(runs, name, "least_confidence")
        gaps = [abs(value - theirs[name, seed]) for seed, value in ours.items() if (name, seed) in theirs]
        if gaps:
            result.append(f"| {name} | {len(gaps)} | {max(gaps):.5f} |")
    return result


def same_rows(runs: Path) -> tuple[int, int]:
    """Return how many runs of margin asked exactly the rows of least confidence, and how many there are."""
    same = total = 0
    for name in SETS:
        for seed in load(runs, name, "margin").keys() & load(runs, name, "least_confidence").keys():
            asked = [
                json.loads(path_of(runs, name, strategy, seed).read_text(encoding="utf-8"))["rows"]
                for strategy in ("margin", "least_confidence")
            ]
            total += 1
            same += asked[0] == asked[1]
    return same, total


def write_table(runs: Path, path: Path) -> str:
    """Write the page and return its summary.

    Parameters
    ----------
    runs : Path
        The folder of the finished runs.
    path : Path
        The page.
    """
    found, (same, total) = lines(runs), same_rows(runs)
    targets = [line for line in found if line.strategy in ("random", "least_confidence")]
    signs = [line.sign for line in found if line.sign is not None]
    summary = (
        f"Within tolerance: random and uncertainty {sum(line.within for line in targets)} of {len(targets)}, "
        f"all strategies {sum(line.within for line in found)} of {len(found)}. "
        f"Sign as published: {sum(signs)} of {len(signs)}."
    )
    head = HEAD.format(
        command="python benchmarks/published/lu2023.py",
        tolerance=TOLERANCE,
        smallest=TOLERANCE_SMALLEST,
        gap=GAP,
        same=f"{same} of {total} runs of both asked the same rows in the same order",
    )
    titles = ["set", "strategy", "runs", "ours", "standard error", "published", "difference", "within"]
    titles += ["minus random", "published", "sign"]
    rows = [titles, ["---"] * len(titles), *(line.cells() for line in found)]
    body = "\n".join("| " + " | ".join(cells) + " |" for cells in rows)
    path.write_text(f"{head}\n{summary}\n\n{body}\n" + SEEDS + "\n".join(seed_lines(runs)) + "\n", encoding="utf-8")
    return summary


def _word(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "**no**"
