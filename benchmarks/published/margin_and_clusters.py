"""Margin or weighted k-means, by size of the batch: ``python benchmarks/published/margin_and_clusters.py``.

Bahri, Jiang, Schuster and Rostamizadeh (arXiv:2210.03822) find that margin matches or beats all others on tables; in
the results of OpenAL (arXiv:2304.05246) k-means weighted by uncertainty ranks first. Here both, and random, in batches
of 1, 10 and 100. Every run is one line of margin_and_clusters.jsonl; ``--table`` only writes margin_and_clusters.md.
"""

import argparse
from pathlib import Path

import numpy as np
from kept_curves import N_ROWS, SETS, Cell, finished, height, run_missing, signed, tally, told

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "margin_and_clusters.jsonl", HERE / "margin_and_clusters.md"
STRATEGIES = ("random", "margin", "weighted_k_means")
# Of learner and batch the repeats: two hundred fits a run take their time, and those of a forest too much of it.
REPEATS = {
    ("logistic_regression", 10): 2,
    ("logistic_regression", 100): 2,
    ("svc", 10): 2,
    ("svc", 100): 2,
    ("extra_trees:n_estimators=50", 100): 1,
    ("extra_trees:n_estimators=50", 10): 1,
    ("logistic_regression", 1): 1,
}
FIRST, LAST = 20, 220
PAIRS = (("margin", "random"), ("weighted_k_means", "random"), ("weighted_k_means", "margin"))
WORDS = {"weighted_k_means": "weighted k-means"}


def cells():
    """Return what is to be run, the first repeats first."""
    return [
        Cell(repeat, batch, estimator, name)
        for repeat in range(max(REPEATS.values()))
        for (estimator, batch), repeats in REPEATS.items()
        for name in SETS
        if repeat < repeats
    ]


def by_set(runs, estimator, batch, one, other, figure):
    """Return the mean over the repeats of one strategy less another, of each set that has both."""
    of = {}
    for line in runs:
        if (line["estimator"], line["batch"]) == (estimator, batch):
            of[line["set"], line["repeat"], line["strategy"]] = figure(line)
    points = {name: [] for name in SETS}
    for name, repeat, strategy in of:
        if strategy == one and (name, repeat, other) in of:
            points[name].append(of[name, repeat, one] - of[name, repeat, other])
    return {name: float(np.mean(values)) for name, values in points.items() if values}


def last(line):
    """Return the accuracy at the end, in points."""
    return 100 * line["accuracy"][-1]


def page(runs):
    """Return the page."""
    lines = [
        "# Margin or weighted k-means, by size of the batch",
        "",
        "Written by `python benchmarks/published/margin_and_clusters.py`; every line of it, favourable or not. "
        "D. Bahri, H. Jiang, T. Schuster, A. Rostamizadeh (arXiv:2210.03822) find on 69 tables, with neural networks, "
        "that margin matches or beats all other strategies. In the published runs of W. Jonas and others (OpenAL, "
        "arXiv:2304.05246; forests, boosting and networks, batches of 0.1 % of the rows) k-means weighted by "
        "uncertainty has the best rank, ahead of margin.",
        "",
        f"Here: {len(SETS)} tables, of each {N_ROWS:,} rows at most, a quarter of them the test part; {FIRST} random "
        f"labels, then batches up to {LAST}. Not their data and not their models. Points of accuracy, paired within "
        "split and first rows; the interval (95 %) and the signed-rank p are over the sets, of which the mean over the "
        "repeats counts. *Ahead / behind*: sets, noise or not. *Height*: mean over the curve; its first point, before "
        "anything was asked, is the same for all.",
        "",
        "| learner | batch | repeats | difference | height | ahead / behind | p | at the end |",
        "|---|---|---|---|---|---|---|---|",
    ]
    order = sorted(REPEATS, key=lambda each: (each[0] != "logistic_regression", each[0], each[1]))
    for estimator, batch in order:
        n = len({line["repeat"] for line in runs if (line["estimator"], line["batch"]) == (estimator, batch)})
        for one, other in PAIRS:
            heights = by_set(runs, estimator, batch, one, other, height)
            if len(heights) < 2:
                continue
            ends = by_set(runs, estimator, batch, one, other, last)
            row = [f"`{estimator}`", str(batch), str(n), f"{WORDS.get(one, one)} - {WORDS.get(other, other)}"]
            row += [told(list(heights.values())), tally(list(heights.values())), told(list(ends.values()))]
            lines.append(f"| {' | '.join(row)} |")
    columns = [f"`{estimator.partition(':')[0]}`, {batch}" for estimator, batch in order]
    lines += [
        "",
        "Each set: height with weighted k-means less that with margin, in points, mean over the repeats; losses of "
        "weighted k-means in bold.",
        "",
        f"| set | {' | '.join(columns)} |",
        f"|---|{'---|' * len(order)}",
    ]
    columns = [by_set(runs, *each, "weighted_k_means", "margin", height) for each in order]
    for name in SETS:
        told_of = [signed(column[name]) if name in column else "-" for column in columns]
        lines.append(f"| {name} | {' | '.join(told_of)} |")
    return "\n".join(lines) + "\n"


def main():
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", action="store_true", help="run nothing")
    if not parser.parse_args().table:
        run_missing(RUNS, cells(), STRATEGIES, initial=FIRST, budget=LAST)
    PAGE.write_text(page(finished(RUNS)), encoding="utf-8")


if __name__ == "__main__":
    main()
