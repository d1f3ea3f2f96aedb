"""Set the finished runs beside the published table."""

import csv
import json
from dataclasses import dataclass

import numpy as np

# Column of the published table for each strategy.
PUBLISHED = {
    "random": "Uniform",
    "least_confidence": "US-C",
    "margin": "US-C",
    "query_by_committee": "QBC",
    "k_center": "Core-Set",
}
SMALLEST = {"appendicitis", "sonar", "heart"}
JUDGED = ("random", "least_confidence", "margin")
GAP = 0.005

INTRODUCTION = """# Published numbers: Lu, Li, Cheng and Lin (2023)

Written by `python benchmarks/published/lu2023.py table` from the runs of `python benchmarks/published/lu2023.py run`
(the protocol stands at the top of that file). Mean AUBC of Querist's strategies beside the table of
arXiv 2306.08954 (github ariapoy/active-learning-benchmark, `results/README.md`, 100 to 150 repeats there).

- *within*: our mean is within 0.006 of the published one for random and for uncertainty (0.012 on appendicitis, sonar and heart).
- *sign*: strategy minus random has the published sign; judged where the published gap exceeds 0.005.
- On two classes, least confidence and margin from a decision function order rows identically. Both were run on the small
  sets, where every run agrees to the last digit (a test keeps it so); on the others the runs of least confidence stand for both,
  marked \u2020. The paper's MCM is not this margin but the margin method with cluster means of its source, so both of our
  rows stand beside US-C.
- Query by committee is the committee of the paper's code, by votes: logistic regression (C=1), SVC with linear kernel,
  SVC with RBF kernel (gamma='auto'), linear discriminant analysis. On spambase, banana and phoneme it was not run: four fits per
  query of up to 3,200 rows take most of an hour per run.
- Random and k-center choose without the model; on pools of more than 1,000 rows they were measured at every fifth query.
"""


@dataclass
class Line:
    """One strategy on one set."""

    data: str
    strategy: str
    shared: bool
    values: np.ndarray
    published: float
    published_gap: float
    gap: float

    @property
    def difference(self):
        """Return our mean minus the published one."""
        return float(self.values.mean()) - self.published

    def within(self):
        """Return whether the mean is within the tolerance, or None where there is none."""
        if self.strategy not in JUDGED:
            return None
        return abs(self.difference) <= (0.012 if self.data in SMALLEST else 0.006)

    def sign(self):
        """Return whether the difference from random has the published sign, or None where the gap is too small."""
        if self.strategy == "random" or abs(self.published_gap) <= GAP:
            return None
        return self.gap * self.published_gap > 0


def lines_of(data, runs):
    """Return the lines of the table from the published file and the finished runs."""
    with open(data / "published_aubc.csv", encoding="utf-8") as file:
        published = {row["dataset"]: row for row in csv.DictReader(file)}
    lines = []
    for folder in sorted(runs.iterdir()):
        values = {name: _values(folder, name) for name in PUBLISHED}
        row = published[folder.name]
        for name, column in PUBLISHED.items():
            shared = name == "margin" and values[name].size == 0
            mine = values["least_confidence"] if shared else values[name]
            if not mine.size:
                continue
            # Paired where both were run: the repeats share split and initial set.
            n = min(mine.size, values["random"].size)
            gap = float((mine[:n] - values["random"][:n]).mean())
            theirs = float(row[column])
            lines.append(Line(folder.name, name, shared, mine, theirs, theirs - float(row["Uniform"]), gap))
    return lines


def _values(folder, name):
    paths = sorted(folder.glob(f"{name}-*.json"))
    return np.array([json.loads(path.read_text(encoding="utf-8"))["aubc"] for path in paths])


def _mark(value):
    return "" if value is None else ("yes" if value else "**no**")


def write_table(data, runs, path):
    """Write the page."""
    lines = lines_of(data, runs)
    within = [line.within() for line in lines if line.within() is not None]
    signs = [line.sign() for line in lines if line.sign() is not None]
    text = [
        INTRODUCTION,
        f"Within tolerance: {sum(within)} of {len(within)}. Sign as published: {sum(signs)} of {len(signs)}.\n",
        "| set | strategy | repeats | ours | standard error | published | difference | within "
        "| minus random | published | sign |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        error = line.values.std(ddof=1) / np.sqrt(line.values.size) if line.values.size > 1 else float("nan")
        random = line.strategy == "random"
        mark = " \u2020" if line.shared else ""
        text.append(
            f"| {line.data} | {line.strategy}{mark} | {line.values.size} "
            f"| {line.values.mean():.4f} | {error:.4f} | {line.published:.4f} | {line.difference:+.4f} "
            f"| {_mark(line.within())} | {'' if random else f'{line.gap:+.4f}'} "
            f"| {'' if random else f'{line.published_gap:+.4f}'} | {_mark(line.sign())} |"
        )
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text[1:]))
