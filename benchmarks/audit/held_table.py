"""Tables of `held`: what sessions said beside what is true of the rows that they never saw."""

import json
from collections import defaultdict

import numpy as np
from coverage_table import holdout_width

from querist.audit import metrics
from querist.audit.confusion import f1_scores, recalls

# Below this no coverage of a cell is told.
FEWEST_RUNS = 20
# Required of every cell beyond Monte-Carlo error (two standard errors): coverage, absolute bias in points.
COVERAGE, BIAS = 0.93, 0.7


TEXT = """# Sessions, beside rows that they never saw

Written by `python benchmarks/audit/held.py report` from the runs of

    nice -n 15 python benchmarks/audit/held.py run --repeats 300    # resumable, hours

Sessions of the library with `audit=0.2` label up to 400 rows of pools of up to 2,000; all other rows of the set are
held out. Learners: logistic regression (two classes) or linear discriminant analysis (more), with random Fourier
features for phoneme and magic and latent semantic analysis for texts; extra trees where it says so. Every run has its
own seed. Bold: below 93 % beyond two standard errors of so many runs, or off by more than 0.7 points beyond two.
"Width / hold-out's" compares with Wilson's interval from as many labels that train nothing. In the lines of means
stands beside the mean absolute bias what it would be if there were none, from so few runs. Price: accuracy lost at
the same number of labels in the same repeats, against sessions of which all answers teach the model that asks
(`audit="measure"`) and against sessions without an audit.

## What the audit costs, by its share

{prices}

## Model accuracy

{accuracy}

## All other figures

Recall and precision are told from ten rows of the class on, macro F1 and balanced accuracy with ten of every class. A
class is a figure of its own here, so those of one run are not independent.

{figures}

## Sets that nobody looked at

Drawn by a seed written down before anything was measured (`set_aside.py`); opened once, after the last change of
what asks, judges and tells.

{aside_accuracy}

{aside_figures}
"""


def report(path, cells, aside):
    """Return the whole document."""
    return TEXT.format(
        prices=prices(path, cells),
        accuracy=accuracy(path, cells),
        figures=figures(path, cells),
        aside_accuracy=accuracy(path, aside),
        aside_figures=figures(path, aside),
    )


def read(path, cells):
    """Return the stages by cell, design and number of labels, each by repeat."""
    found = defaultdict(dict)
    wanted = set(cells)
    for line in path.read_text().splitlines():
        run = json.loads(line)
        *cell, design, repeat = run["key"]
        if tuple(cell) in wanted:
            for stage in run["stages"]:
                found[tuple(cell), design, stage["n"]][repeat] = stage
    return found


def accuracy(path, cells):
    """Return the table of model accuracy: means by number of labels, then a line per cell."""
    found = read(path, cells)
    lines, means = [], defaultdict(list)
    for cell in cells:
        for n in sorted({key[2] for key in found}):
            here = found[cell, "0.2", n]
            ours, old = _cell(here), _cell(found[cell, "measure", n])
            if ours is None:
                continue
            prices = [_price(found[cell, other, n], here) for other in ("measure", "none")]
            means[n].append((ours, old, prices))
            lines.append(_line(cell, n, ours, old, prices))
    head = (
        "| set | strategy, learner, batch | labels | runs | accuracy | audit rows | coverage | bias, points | "
        "width / hold-out's | price against measure | against none | measure: coverage | measure: bias |"
    )
    whole = [_mean_line(n, each) for n, each in means.items()]
    return "\n".join([head, "|---" * 13 + "|", *whole, *lines])


def prices(path, cells):
    """Return the table of what each audit costs against none and against one of which all answers teach."""
    found = read(path, cells)
    lines = []
    for design in ("0.1", "0.2", "0.4", "measure"):
        for n in sorted({key[2] for key in found}):
            told = []
            for other in ("none", "measure"):
                paid = np.array([_price(found[cell, other, n], found[cell, design, n]) for cell in cells])
                paid = paid[~np.isnan(paid[:, 0])]
                if other == design or not paid.size:
                    told.append("")
                    continue
                told.append(
                    f"{paid[:, 0].mean():+.2f} ± {np.sqrt((paid[:, 1] ** 2).sum()) / len(paid):.2f} "
                    f"({paid[:, 0].min():+.1f} to {paid[:, 0].max():+.1f})"
                )
            runs = [len(found[cell, design, n]) for cell in cells if found[cell, design, n]]
            m = np.mean([s["m"] for cell in cells for s in found[cell, design, n].values()] or [np.nan])
            half = [
                50 * (s["high"] - s["low"])
                for cell in cells
                for s in found[cell, design, n].values()
                if s.get("value") is not None
            ]
            width = f"± {np.mean(half):.1f}" if half else "no figure"
            lines.append(f"| {design} | {n} | {m:.0f} | {width} | {sum(runs):,} | {' | '.join(told)} |")
    head = "| audit | labels | audit rows | interval | runs | price against none, points | against measure |"
    return "\n".join([head, "|---" * 7 + "|", *lines])


def figures(path, cells):
    """Return the table of all other figures: a line per figure and number of labels, then the cells that fall short."""
    coverages = defaultdict(lambda: defaultdict(list))
    for (cell, design, n), runs in read(path, cells).items():
        if design == "0.2":
            for stage in runs.values():
                for name, told, truth in _told(stage):
                    coverages[name, n][cell].append((told.low <= truth <= told.high, told.value - truth))
    lines, short = [], []
    for (name, n), by_cell in sorted(coverages.items()):
        enough = {cell: np.array(each) for cell, each in by_cell.items() if len(each) >= FEWEST_RUNS}
        if not enough:
            continue
        means = {cell: each[:, 0].mean() for cell, each in enough.items()}
        low = {cell: held for cell, held in means.items() if _is_low(held, len(enough[cell]))}
        bias = np.mean([each[:, 1].mean() for each in enough.values()])
        lines.append(
            f"| {name} | {n} | {len(enough)} | {sum(map(len, enough.values())):,} | "
            f"{100 * np.mean(list(means.values())):.1f} % | "
            f"{100 * min(means.values()):.0f} % | {len(low)} | {100 * bias:+.1f} |"
        )
        short += [
            f"| {name} | {n} | {_name(cell)} | {len(enough[cell])} | {100 * held:.0f} % | "
            f"{100 * enough[cell][:, 1].mean():+.1f} |"
            for cell, held in sorted(low.items())
        ]
    head = "| figure | labels | cells | figures told | coverage, mean | lowest cell | cells below 93 % | bias, points |"
    lower = "| figure | labels | cell below 93 % | figures told | coverage | bias, points |"
    return "\n".join([head, "|---" * 8 + "|", *lines, "", lower, "|---" * 6 + "|", *short])


def _told(stage):
    """Yield every figure beside accuracy that the library tells of this stage, and what is true."""
    t, p = np.array(stage["t"]), np.array(stage["p"])
    pairs = np.array(stage["pairs"])
    classes = np.union1d(stage["classes"], np.unique(t))
    every = np.union1d(classes, pairs[:, 0])
    held = np.zeros((every.size, every.size))
    held[np.searchsorted(every, pairs[:, 0]), np.searchsorted(every, pairs[:, 1])] = pairs[:, 2]
    for label in classes.tolist():
        at = int(np.searchsorted(every, label))
        shares = (
            ("recall", metrics.recall(t, p, label), held[at, at], held[at].sum()),
            ("precision", metrics.precision(t, p, label), held[at, at], held[:, at].sum()),
            ("share of a class", metrics.prevalence(t, label), held[at].sum(), held.sum()),
        )
        yield from ((name, told, right / of) for name, told, right, of in shares if told.value is not None and of)
    for name, told, of in (
        ("macro F1", metrics.macro_f1_estimate(t, p, classes), f1_scores),
        ("balanced accuracy", metrics.balanced_accuracy_estimate(t, p, classes), recalls),
    ):
        if told.value is not None and every.size == classes.size:
            yield name, told, of(held).values.mean()
    if "b" in stage:
        for name, values, truth, bounds in (
            ("Brier score", np.array(stage["b"]), stage["brier"], (0, 2)),
            ("overconfidence", np.array(stage["g"]) - (t == p), stage["sure"] - stage["truth"], (-1, 1)),
        ):
            told = metrics.mean_estimate(values, *bounds, name, 0.95)
            if told.value is not None:
                yield name, told, truth


def _cell(stages):
    told = [stage for stage in stages.values() if stage.get("value") is not None]
    if len(told) < 5:
        return None
    off = np.array([stage["value"] - stage["truth"] for stage in told])
    width = [(stage["high"] - stage["low"]) / holdout_width(stage["m"], stage["truth"]) for stage in told]
    return {
        "runs": len(told),
        "accuracy": 100 * np.mean([stage["truth"] for stage in told]),
        "m": np.mean([stage["m"] for stage in told]),
        "coverage": np.mean([stage["low"] <= stage["truth"] <= stage["high"] for stage in told]),
        "bias": 100 * off.mean(),
        "error": 100 * off.std() / np.sqrt(off.size),
        "width": np.mean(width),
    }


def _price(others, here):
    """Return what `here` loses against others in the same repeats, in points, and its standard error."""
    lost = 100 * np.array([others[at]["truth"] - here[at]["truth"] for at in here if at in others])
    return (lost.mean(), lost.std() / np.sqrt(lost.size)) if lost.size else (np.nan, np.nan)


def _is_low(coverage, runs):
    return coverage < COVERAGE - 2 * np.sqrt(COVERAGE * (1 - COVERAGE) / runs)


def _name(cell):
    name, strategy, learner, batch = cell
    return f"{name} | {strategy}{'' if learner == 'fast' else ', extra trees'}, {batch}"


def _line(cell, n, ours, old, prices):
    coverage = f"{100 * ours['coverage']:.0f} %"
    bias = f"{ours['bias']:+.1f} ± {ours['error']:.1f}"
    if _is_low(ours["coverage"], ours["runs"]):
        coverage = f"**{coverage}**"
    if abs(ours["bias"]) - 2 * ours["error"] > BIAS:
        bias = f"**{bias}**"
    before = " | " if old is None else f"{100 * old['coverage']:.0f} % | {old['bias']:+.1f}"
    paid = " | ".join("" if np.isnan(price) else f"{price:+.2f} ± {error:.2f}" for price, error in prices)
    return (
        f"| {_name(cell)} | {n} | {ours['runs']} | {ours['accuracy']:.1f} % | {ours['m']:.0f} | {coverage} | {bias} | "
        f"{ours['width']:.2f} | {paid} | {before} |"
    )


def _mean_line(n, cells):
    """Return the mean of all cells, and how many fall short."""
    ours = [each[0] for each in cells]
    old = [each[1] for each in cells if each[1] is not None]
    low = sum(_is_low(each["coverage"], each["runs"]) for each in ours)
    off = sum(abs(each["bias"]) - 2 * each["error"] > BIAS for each in ours)
    # What the absolute value of a mean of so few runs would be if there were no bias.
    noise = np.mean([each["error"] for each in ours]) * np.sqrt(2 / np.pi)
    paid = [np.array([each[2][at] for each in cells if not np.isnan(each[2][at][0])]) for at in (0, 1)]
    told = [
        f"{each[:, 0].mean():+.2f} ± {np.sqrt((each[:, 1] ** 2).sum()) / len(each):.2f}" for each in paid if each.size
    ]
    before = (
        f"{100 * np.mean([each['coverage'] for each in old]):.1f} % | absolute "
        f"{np.mean([abs(each['bias']) for each in old]):.1f}"
        if old
        else " | "
    )
    return (
        f"| **mean of {len(cells)}** | {low} below 93 %, {off} off by more than {BIAS} | {n} | "
        f"{sum(each['runs'] for each in ours):,} | | | {100 * np.mean([each['coverage'] for each in ours]):.1f} % | "
        f"absolute {np.mean([abs(each['bias']) for each in ours]):.2f} (none would show as {noise:.2f}), mean "
        f"{np.mean([each['bias'] for each in ours]):+.2f} | {np.mean([each['width'] for each in ours]):.2f} | "
        f"{' | '.join(told)} | {before} |"
    )
