"""The page of results: each policy against the rival, paired over (set, repeat), and every set."""

import json
from pathlib import Path

import numpy as np
from policies import BASELINES, EARLIER, OURS, POLICIES, RIVALS


def area(run, last=None):
    """Return the mean accuracy over the counts of labels, in points: the area under the curve by its width."""
    counts, accuracies = np.array(run["counts"]), 100 * np.array(run["accuracies"])
    if last is not None:
        counts, accuracies = counts[counts <= last], accuracies[: (counts <= last).sum()]
    steps = np.diff(counts)
    return float((steps * (accuracies[1:] + accuracies[:-1]) / 2).sum() / steps.sum())


def needed(run):
    """Return the labels until the target, between two looks by a straight line, and whether it is reached."""
    counts, accuracies = run["counts"], run["accuracies"]
    for place, accuracy in enumerate(accuracies):
        if accuracy >= run["target"]:
            if place == 0:
                return counts[0], True
            before = accuracies[place - 1]
            part = (run["target"] - before) / (accuracy - before)
            return counts[place - 1] + part * (counts[place] - counts[place - 1]), True
    return counts[-1], False


def paired(runs, policy, other, last=None):
    """Return the difference in area of each (set, repeat) that both have, by set."""
    mine = {(run["set"], run["repeat"]): area(run, last) for run in runs if run["policy"] == policy}
    theirs = {(run["set"], run["repeat"]): area(run, last) for run in runs if run["policy"] == other}
    found = {}
    for key in sorted(mine.keys() & theirs.keys()):
        found.setdefault(key[0], []).append(mine[key] - theirs[key])
    return found


def told(differences):
    """Return the mean and half the width of its 95 % interval, over cells."""
    cells = np.concatenate([np.array(each) for each in differences.values()]) if differences else np.zeros(0)
    if cells.size < 2:
        return "-"
    return f"{cells.mean():+.2f} ± {1.96 * cells.std(ddof=1) / np.sqrt(cells.size):.2f}"


def ratio(runs, policy, other):
    """Return the geometric mean over sets of labels needed against another's, where one of the two arrives."""
    mine = {(run["set"], run["repeat"]): needed(run) for run in runs if run["policy"] == policy}
    theirs = {(run["set"], run["repeat"]): needed(run) for run in runs if run["policy"] == other}
    logs = {}
    for key in mine.keys() & theirs.keys():
        if mine[key][1] or theirs[key][1]:
            logs.setdefault(key[0], []).append(np.log(mine[key][0] / theirs[key][0]))
    return f"{np.exp(np.mean([np.mean(each) for each in logs.values()])):.2f}" if logs else "-"


def shares(runs, policies, baseline):
    """Return the lines of labels needed on each set, the baseline's and shares of them."""
    told = f"Labels of {baseline} on each set (+: not always reached), and the shares of them that others need"
    lines = ["", f"{told} (-: neither arrives):", ""]
    others = [policy for policy in policies if policy != baseline]
    lines += [f"| set | {baseline} | {' | '.join(others)} |", "|---" * (len(others) + 2) + "|"]
    for name in sorted({run["set"] for run in runs}):
        here = [run for run in runs if run["set"] == name]
        own = [needed(run) for run in here if run["policy"] == baseline]
        told = f"{np.mean([labels for labels, _ in own]):.0f}{'' if all(there for _, there in own) else '+'}"
        lines.append(f"| {name} | {told} | {' | '.join(ratio(here, policy, baseline) for policy in others)} |")
    return lines


def section(runs, kind):
    """Return the lines about tables or texts."""
    runs = [run for run in runs if run["kind"] == kind]
    rival, baseline, earlier, ours = RIVALS[kind], BASELINES[kind], EARLIER[kind], OURS[kind]
    policies = [each for each in POLICIES[kind] if any(run["policy"] == each for run in runs)]
    lines = [
        f"| policy | cells | against {rival} | to 60 labels | against {earlier} | against {ours} "
        f"| labels, {baseline} = 1 | arrives |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for policy in policies:
        own = [run for run in runs if run["policy"] == policy]
        arrives = np.mean([needed(run)[1] for run in own])
        lines.append(
            f"| {policy} | {len(own)} | {told(paired(runs, policy, rival))} | {told(paired(runs, policy, rival, 60))} "
            f"| {told(paired(runs, policy, earlier))} | {told(paired(runs, policy, ours))} "
            f"| {ratio(runs, policy, baseline)} | {arrives:.0%} |"
        )
    lines += ["", f"Each set, points against {rival} (mean over repeats; lost ones in bold):", ""]
    lines += ["| set | " + " | ".join(policies) + " |", "|---" * (len(policies) + 1) + "|"]
    for name in sorted({run["set"] for run in runs}):
        cells = []
        for policy in policies:
            values = paired(runs, policy, rival).get(name)
            mean = np.mean(values) if values else None
            text = "-" if mean is None else f"{mean:+.1f}"
            cells.append(f"**{text}**" if mean is not None and mean < -0.05 else text)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines + shares(runs, policies, baseline)


def learners_section(kept):
    """Return the lines about mixtures, against the first, on rows drawn at random."""
    names = list(kept[0]["mixtures"])
    counts = sorted({each["labels"] for each in kept})
    lines = [
        f"| probabilities | all | {' | '.join(f'{count} labels' for count in counts)} | worst set | log loss lower |",
        "|---" * (len(counts) + 4) + "|",
    ]
    sets = sorted({each["set"] for each in kept})
    for name in names:

        def gains(of, name=name):
            return np.array([100 * (each["mixtures"][name][0] - each["mixtures"][names[0]][0]) for each in of])

        def shown(values):
            return f"{values.mean():+.2f} ± {1.96 * values.std(ddof=1) / np.sqrt(values.size):.2f}"

        by_set = {each: gains([row for row in kept if row["set"] == each]).mean() for each in sets}
        worst = min(by_set, key=by_set.get)
        lower = sum(
            np.mean([row["mixtures"][name][1] - row["mixtures"][names[0]][1] for row in kept if row["set"] == each]) < 0
            for each in sets
        )
        cells = [shown(gains([row for row in kept if row["labels"] == count])) for count in counts]
        ends = ["-", "-"] if name == names[0] else [f"{worst} {by_set[worst]:+.1f}", f"{lower} of {len(sets)}"]
        lines.append(f"| {name} | {' | '.join([shown(gains(kept)), *cells, *ends])} |")
    return lines


def page(runs):
    """Return README.md."""
    lines = [
        "# Fewest labels",
        "",
        "Written by `python benchmarks/labels/run.py`. Differences are in points of mean accuracy over the curve (10",
        "to 300 labels on tables, 20 to 800 on texts), paired over (set, repeat), with 95 % intervals that take these",
        "cells as independent: with few repeats they are too narrow. Labels: until 95 % of the accuracy of the",
        "baseline's model trained on the whole pool; the geometric mean over the sets on which one of the two arrives,",
        "and how often it arrives. Pool 1,500 rows (texts 4,500), batches of 10 and later 20 (40). All tables were",
        "seen, with other splits and labels drawn at random, when the shares of `auto` were chosen, and all texts when",
        "their features were. On texts `auto` is told all that Querist makes of them, the others are told words alone.",
    ]
    for kind in POLICIES:
        if any(run["kind"] == kind for run in runs):
            lines += ["", f"## {kind.capitalize()}", "", *section(runs, kind)]
    kept = Path(__file__).parent / "learners.json"
    if kept.exists():
        lines += [
            "",
            "## Mixtures on rows drawn at random",
            "",
            "Written by `python benchmarks/labels/learners.py`: 18 tables, three splits, points of accuracy against",
            "extra trees, and on how many sets the log loss is lower. Cells are (set, split, labels). The runs",
            "that are kept came from a trial with the same code of the mixtures; the script gave the same where it was",
            "run again (car, one split).",
            "",
            *learners_section(json.loads(kept.read_text(encoding="utf-8"))),
        ]
    return "\n".join(lines) + "\n"
