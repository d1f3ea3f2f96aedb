"""Does the learner matter more than the strategy? ``python benchmarks/published/learner_and_strategy.py``.

Margraf, Wever, Gilhuber, Tavares, Seidl and Huellermeier (ALPBench, arXiv:2406.17322) find that it does. Here their
small setting (a third of the rows tests, 30 labels, then 20 rounds of 10) with Querist's learners and strategies. Every
run is one line of learner_and_strategy.jsonl; ``--table`` only writes learner_and_strategy.md.
"""

import argparse
from pathlib import Path

import numpy as np
from kept_curves import SETS, Cell, finished, height, run_missing, signed, tally, told

from querist.simulation.variance import variance_shares

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "learner_and_strategy.jsonl", HERE / "learner_and_strategy.md"
# The first of each is what the others are compared with.
LEARNERS = ("logistic_regression", "naive_bayes", "k_neighbors", "extra_trees:n_estimators=50")
STRATEGIES = ("random", "margin", "entropy", "weighted_k_means", "k_center", "typiclust")
REPEATS = 1
FIRST, BATCH, LAST = 30, 10, 230


def cells():
    """Return what is to be run, the first repeats first."""
    return [Cell(repeat, BATCH, learner, name) for repeat in range(REPEATS) for name in SETS for learner in LEARNERS]


def balanced(runs):
    """Return the sets, and the heights by set, learner, strategy and repeat, of as many repeats as all sets have."""
    of = {(line["set"], line["estimator"], line["strategy"], line["repeat"]): height(line) for line in runs}
    whole = [
        {name for name in SETS if all((name, e, s, repeat) in of for e in LEARNERS for s in STRATEGIES)}
        for repeat in range(REPEATS)
    ]
    names = [name for name in SETS if name in whole[0]]
    n_repeats = sum(each >= set(names) for each in whole)
    return names, np.array(
        [[[[of[name, e, s, r] for r in range(n_repeats)] for s in STRATEGIES] for e in LEARNERS] for name in names]
    )


def effects(names, means):
    """Return two tables: what another learner changes, whatever the strategy, and the other way round."""
    lines = []
    for title, levels, axis in (("learner", LEARNERS, 2), ("strategy", STRATEGIES, 1)):
        other = "strategies" if title == "learner" else "learners"
        lines += ["", f"Each {title} against `{levels[0]}`, mean over the {other}:", ""]
        lines += [f"| {title} | height | ahead / behind | p |", "|---|---|---|---|"]
        by_level = means.mean(axis=axis)
        for place in range(1, len(levels)):
            points = by_level[:, place] - by_level[:, 0]
            lines.append(f"| `{levels[place]}` | {told(points)} | {tally(points)} |")
    return lines


def choices(names, means):
    """Return the table of what each set gains by its best learner, and by its best strategy."""
    by_learner, by_strategy = means.mean(axis=2), means.mean(axis=1)
    lines = [
        "",
        "Each set: how far apart the best and the worst learner are (mean over the strategies), how far the best and "
        "the worst strategy (mean over the learners), and which is best. More levels spread wider, and so does noise.",
        "",
        "| set | between learners | best | between strategies | best |",
        "|---|---|---|---|---|",
    ]
    for place, name in enumerate(names):
        wide = [np.ptp(by_learner[place]), np.ptp(by_strategy[place])]
        best = [LEARNERS[by_learner[place].argmax()], STRATEGIES[by_strategy[place].argmax()]]
        lines.append(f"| {name} | {wide[0]:.1f} | `{best[0]}` | {wide[1]:.1f} | `{best[1]}` |")
    spreads = np.ptp(by_learner, axis=1), np.ptp(by_strategy, axis=1)
    lines += [
        "",
        f"Learners are further apart than strategies on {(spreads[0] > spreads[1]).sum()} of {len(names)} sets.",
    ]
    # Somebody who knows: the best of each by its mean over all other sets, against the plain choice.
    gained = []
    for place in range(len(names)):
        others = np.delete(np.arange(len(names)), place)
        learner = by_learner[others].mean(axis=0).argmax()
        strategy = means[others][:, 0].mean(axis=0).argmax()
        plain = means[place, 0, 0]
        gained.append([means[place, learner, 0] - plain, means[place, 0, strategy] - plain])
    lines += [
        "",
        f"From `{LEARNERS[0]}` and `{STRATEGIES[0]}`, changing one of the two to what is best on the other sets:",
        "",
        "| changed | height | ahead / behind | p |",
        "|---|---|---|---|",
    ]
    for title, points in zip(("the learner", "the strategy"), np.transpose(gained), strict=True):
        lines.append(f"| {title} | {told(points)} | {tally(points)} |")
    return lines


def page(runs):
    """Return the page."""
    names, heights = balanced(runs)
    means = heights.mean(axis=3)
    repeated = f"{heights.shape[3]} repeat{'s' * (heights.shape[3] > 1)}"
    lines = [
        "# Does the learner matter more than the strategy?",
        "",
        "Written by `python benchmarks/published/learner_and_strategy.py`; every line of it, favourable or not. "
        "V. Margraf, M. Wever, S. Gilhuber, G. Marques Tavares, T. Seidl, E. Hüllermeier (ALPBench, arXiv:2406.17322) "
        "find on 86 tables, with eight learners and nine strategies, that the choice of the learner matters most.",
        "",
        f"Here in their small setting, a third of the rows the test part, {FIRST} labels, then 20 rounds of {BATCH}: "
        f"{len(names)} other tables of at most 3,000 rows, {repeated}, {len(LEARNERS)} learners and "
        f"{len(STRATEGIES)} strategies of Querist. *Height*: mean accuracy over the curve, in points. Intervals (95 %) "
        "and signed-rank p are over the sets.",
        "",
        "Shares of the sum of squares of all heights (`querist.simulation.variance`; *less noise* is epsilon squared, "
        "the last column leaves out data sets and splits, which say how hard the data are):",
        "",
        "| source | share | less noise | of what is not data |",
        "|---|---|---|---|",
    ]
    for line in variance_shares(heights):
        cells = (line.share, line.epsilon_squared, line.share_within)
        told_cells = ["" if np.isnan(cell) else f"{cell:.1%}" for cell in cells]
        lines.append(f"| {line.source.replace('estimator', 'learner')} | {' | '.join(told_cells)} |")
    lines += effects(names, means)
    lines += choices(names, means)
    lines += ["", "Mean height over the sets:", "", f"| learner | {' | '.join(f'`{s}`' for s in STRATEGIES)} |"]
    lines.append(f"|---|{'---|' * len(STRATEGIES)}")
    for place, learner in enumerate(LEARNERS):
        row = means[:, place].mean(axis=0)
        lines.append(f"| `{learner}` | {' | '.join(f'{value:.1f}' for value in row)} |")
    lines += ["", "Each set and learner: height against random rows, losses in bold:", ""]
    lines += [f"| set | learner | random | {' | '.join(f'`{s}`' for s in STRATEGIES[1:])} |"]
    lines.append(f"|---|---|---|{'---|' * (len(STRATEGIES) - 1)}")
    for name, by_learner in zip(names, means, strict=True):
        for learner, row in zip(LEARNERS, by_learner, strict=True):
            points = " | ".join(signed(value - row[0]) for value in row[1:])
            lines.append(f"| {name} | `{learner.partition(':')[0]}` | {row[0]:.1f} | {points} |")
    return "\n".join(lines) + "\n"


def main():
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", action="store_true", help="run nothing")
    if not parser.parse_args().table:
        run_missing(RUNS, cells(), STRATEGIES, initial=FIRST, budget=LAST, test_size=0.33)
    PAGE.write_text(page(finished(RUNS)), encoding="utf-8")


if __name__ == "__main__":
    main()
