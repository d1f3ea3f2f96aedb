"""Tables of the coverage benchmark, from its finished runs."""

import json
from collections import defaultdict

import numpy as np
from scipy.stats import binom

from querist.audit.accuracy import DIFFERENCE, ScoredDraws, model_accuracy
from querist.audit.intervals import wilson

NAMES = {"fast": "", "extra_trees": ", extra trees"}


def read(path):
    """Return (cell, stage) for every stage of every finished run, and final costs by cell."""
    stages, costs = [], defaultdict(list)
    for line in path.read_text().splitlines():
        try:
            run = json.loads(line)
        except json.JSONDecodeError:
            continue
        cell = tuple(run["key"][:4])
        stages += [(cell, stage | {"repeat": run["key"][4]}) for stage in run["stages"]]
        if "without" in run:
            costs[cell].append([s["accuracy"] - w for s, w in zip(run["stages"], run["without"], strict=True)])
    return stages, costs


def scores(stage):
    """Return correctness and confidence of the audit rows, and as many confidences as the pool has, of its mean."""
    z = np.array([int(each) for each in stage["z"]], float)
    g = np.array(stage["g"])
    (n_free, free, _), (n_chosen, chosen, _) = stage["free"], stage["chosen"]
    n = n_free + n_chosen + z.size
    return z, g, np.full(n, (n_free * free + n_chosen * chosen + g.sum()) / n)


def holdout_width(m, accuracy, known={}):  # noqa: B006
    """Return the mean width of Wilson's interval from m held-out labels of a model of this accuracy, exactly."""
    key = (m, round(accuracy, 3))
    if key not in known:
        hits = np.arange(m + 1)
        widths = np.array([np.subtract(*wilson(hit / m, m)[::-1]) for hit in hits])
        known[key] = float(binom.pmf(hits, m, accuracy) @ widths)
    return known[key]


def _twenty(stage):
    return model_accuracy(*scores(stage), scored=_scored(stage))


def _plain(stage):
    return model_accuracy(_few_alone(stage)[0])


def _difference(stage):
    return model_accuracy(*_few_alone(stage))


def _chosen(stage):
    return model_accuracy(*_few_alone(stage), scored=_scored(stage))


def _scored(stage):
    """Return the rows that were predicted when they were drawn; the first labels were not."""
    drawn = np.array(stage["drawn"])
    hits = np.array([each == "1" for each in stage["then"]], float)
    return ScoredDraws(stage["n"], drawn[drawn > 0], hits[drawn > 0])


def _latest(stage):
    """Rows drawn since half of the labels were there enter as they were scored then, the others out of fold."""
    z, g, pool = _few_alone(stage)
    then = np.array([each == "1" for each in stage["then"]], float)
    return model_accuracy(np.where(2 * np.array(stage["drawn"]) >= stage["n"], then, z), g, pool)


def _few_alone(stage):
    """As `scores`, with one row per fold where audit rows are few: the default of `cross_fit`."""
    z, g, pool = scores(stage)
    if "single" not in stage or z.size > 64:
        return z, g, pool
    single = stage["single"]
    confidences = np.array(single["g"])
    z = np.array([int(each) for each in single["z"]], float)
    return z, confidences, pool + (confidences.sum() - g.sum()) / pool.size


CHOSEN = "**difference and curve (`model_accuracy`)**"
ESTIMATORS = {
    "cross-fitted mean": _plain,
    CHOSEN: _chosen,
    "the same, always 20 folds": _twenty,
    "difference alone": _difference,
    "difference alone, recent rows as they were scored when drawn": _latest,
}


def judge(stages, estimator):
    """Return by cell and label count what `_summary` makes of the runs."""
    found = defaultdict(list)
    for cell, stage in stages:
        estimate = estimator(stage)
        accuracy = stage["accuracy"]
        m = len(stage["z"])
        found[(*cell, stage["n"])].append(
            (
                accuracy,
                m,
                estimate.low <= accuracy <= estimate.high,
                estimate.high - estimate.low,
                holdout_width(m, accuracy),
                estimate.value - accuracy,
                estimate.method.startswith(DIFFERENCE),
            )
        )
    return {key: _summary(np.array(values, float)) for key, values in found.items()}


def _summary(values):
    accuracy, m, hit, width, reference, bias, used = values.mean(axis=0)
    return {
        "runs": len(values),
        "accuracy": accuracy,
        "m": m,
        "coverage": hit,
        "bias": bias,
        "used": used,
        "width": width / reference,
        "half": width / 2,
        "deviation": values[:, 5].std() / np.sqrt(len(values)),
    }


def tables(path):
    """Return the totals, the cells of `model_accuracy`, and what the audit costs, as tables."""
    stages, costs = read(path)
    # Early runs did not keep what one row per fold gives; extra trees always have 20 folds, for their time.
    stages = [(cell, stage) for cell, stage in stages if "single" in stage or stage["n"] > 200 or cell[1] != "fast"]
    judged = {name: judge(stages, estimator) for name, estimator in ESTIMATORS.items()}
    # The curve's part in the figure was chosen on the even repeats.
    odd = [(cell, stage) for cell, stage in stages if stage["repeat"] % 2]
    judged[f"{CHOSEN}, odd repeats only"] = judge(odd, ESTIMATORS[CHOSEN])
    lines = (_totals(judged), _cells(judged[CHOSEN]), _costs(costs))
    return tuple("\n".join(each) for each in lines)


def _totals(judged):
    lines = [
        "| estimator | coverage, mean over cells | lowest cell | cells below 92 % | width / hold-out's, mean "
        "| widest cell | cells above 1.05 | mean absolute bias |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, cells in judged.items():
        for what, kept in _groups(cells):
            coverage = np.array([cell["coverage"] for cell in kept])
            width = np.array([cell["width"] for cell in kept])
            bias = np.mean([abs(cell["bias"]) for cell in kept])
            lines.append(
                f"| {name}{what} | {100 * coverage.mean():.1f} % | {100 * coverage.min():.1f} % | "
                f"{(coverage < 0.92).sum()} of {len(kept)} | {width.mean():.3f} | {width.max():.3f} | "
                f"{(width > 1.05).sum()} | {100 * bias:.1f} points |"
            )
    return lines


def _groups(cells):
    """Yield the groups of cells that the totals are given for."""
    yield ", all cells", list(cells.values())
    for n in sorted({key[-1] for key in cells}):
        yield f", {n} labels", [cell for key, cell in cells.items() if key[-1] == n]


def _cells(cells):
    lines = [
        "| set | strategy, batch | labels | runs | accuracy | audit rows | coverage | ± half-width "
        "| width / hold-out's | bias, points |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (name, kind, strategy, batch, n), cell in sorted(cells.items()):
        mark = "**" if cell["coverage"] < 0.92 else ""
        wide = "**" if cell["width"] > 1.05 else ""
        lines.append(
            f"| {name}{NAMES[kind]} | {strategy}, {batch} | {n} | {cell['runs']} | {100 * cell['accuracy']:.1f} % | "
            f"{cell['m']:.0f} | {mark}{100 * cell['coverage']:.0f} %{mark} | {100 * cell['half']:.1f} | "
            f"{wide}{cell['width']:.2f}{wide} | {100 * cell['bias']:+.1f} ± {100 * cell['deviation']:.1f} |"
        )
    return lines


def _costs(costs):
    lines = ["| set | strategy, batch | runs | 100 labels | 200 labels | 400 labels |", "|---|---|---|---|---|---|"]
    means = []
    for (name, kind, strategy, batch), values in sorted(costs.items()):
        lost = -100 * np.array(values)
        error = lost.std(axis=0) / np.sqrt(len(lost))
        means.append(lost.mean(axis=0))
        shown = " | ".join(f"{a:+.2f} ± {b:.2f}" for a, b in zip(lost.mean(axis=0), error, strict=True))
        lines.append(f"| {name}{NAMES[kind]} | {strategy}, {batch} | {len(values)} | {shown} |")
    shown = " | ".join(f"{each:+.2f}" for each in np.mean(means, axis=0))
    return [*lines, f"| **mean** | | | {shown} |"]
