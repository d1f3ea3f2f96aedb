"""README.md of the stopping benchmark, as text."""

import numpy as np
from stopping_sets import REPORT, TUNE

GROUPS = {
    "chosen on": "the sets that all limits and constants were chosen on",
    "other": "the other sets",
    "all": "all sets",
}
KINDS = {
    "published limits": (
        "Limits as published (the slope's and settled predictions' are ours), whatever the costs. `default` takes 100 "
        "labels to be worth one point of accuracy; `budget` spends it all, and so would limits of time and cost."
    ),
    "limits from the costs": "Told what labels and errors cost. This is how advice is given.",
    "limits chosen": (
        "Each rule with the limit that did best for each cost on the sets for choosing (in brackets): the most that a "
        "single rule can do with hindsight."
    ),
}
INTRODUCTION = """\
# When to stop

Written by `python regret.py table` from the runs of `python regret.py run`; every line of it, favourable or not.

{runs} runs on {sets} sets ({fewest} to {most} repeats each): margin in batches of 10, two of them audit rows, from 20
to 500 labels; pool of at most 2,000 rows, accuracy on at most 4,000 others; logistic regression, or 40 extremely
randomised trees where a straight line is poor. Limits, and the constants of the outlook, were chosen on {tune}
(first repeats); the *other* sets are {report}.

**Regret**: labels spent + cost of an error (in labels) x errors on 10,000 rows to come, less the same at the best
moment of the run, in labels; mean over repeats, then over sets. A run without a proposal ends at 500 labels.
**Too early**: proposals where the accuracy was below 97 % of the final one (mean of the last three rounds), share
of runs. With cheap errors the best moment itself is too early in this sense; *best moment* says how often.
"""
CERTIFICATE = """\
`certificate_reached` here: every 100 labels the model is frozen and 150 fresh rows are drawn (hypergeometric, from
the run's own accuracy on the rows left), attempt j at level 6 alpha / (pi^2 j^2), target 90 %. Those answers are paid
for and, unlike in a session, train nothing; all attempts up to success or the end of the run are counted. Where the
target is out of reach all of them are in vain: a certificate is a promise, not a way to find the cheapest moment.
"""
OUTLOOK = """\
What was forecast for 100 more labels, and what came (accuracy of the single model 100 labels later, less now), from 150
labels on, every fifth round; 90 % interval. What came is itself measured on at most 4,000 rows, which adds about 0.2 to
0.4 points of noise (standard deviation) that the interval does not know of.
"""
# The default and the half of it that is not in the literature: not among the single rules to be beaten.
OWN = ("default", "settled_predictions")


def readme(results, best_early, outlooks, played, error_costs):
    """Return the whole file."""
    names = [item.name for item in played]
    repeats = [names.count(name) for name in set(names)]
    introduction = INTRODUCTION.format(
        runs=len(played),
        sets=len(repeats),
        fewest=min(repeats),
        most=max(repeats),
        tune=", ".join(sorted(TUNE)),
        report=", ".join(sorted(REPORT)),
    )
    lines = [introduction, "## Verdict", "", *_verdict(results), ""]
    for group, title in GROUPS.items():
        lines += [f"## Regret on {title}", ""]
        for kind, explained in KINDS.items():
            lines += [f"### {kind.capitalize()}", "", explained, "", *_table(results[group][kind], error_costs), ""]
        lines += [f"Best moment too early: {_shares(best_early[group])} of runs, by cost.", ""]
    lines += ["## By set", "", *_by_set(results["all"]), ""]
    lines += ["## The outlook", "", OUTLOOK, *_outlook(outlooks), ""]
    lines += ["## Certificates", "", CERTIFICATE]
    return "\n".join(lines)


def _verdict(results):
    lines = []
    for group, title in GROUPS.items():
        published, told = results[group]["published limits"], results[group]["limits from the costs"]
        chosen = results[group]["limits chosen"]
        default, blind = told["default"], published["default"]
        listed = _listed(published)
        told_listed = listed | {f"{name} told the costs": cell for name, cell in _listed(told).items()}
        halves = [f"{name} {told[name]['regret'].mean():.0f}" for name in ("settled_predictions", "performance_slope")]
        lines += [
            f"- On {title}, mean regret of the default rule told the costs: {_against(default, told_listed)}.",
            f"  Not told the costs: {_against(blind, listed)}.",
            f"  Too early at the cost it then assumes: {blind['early'][1]:.1%} of runs (target: at most 10 %).",
            f"  Told the costs, with hindsight on the others' side: {_against(default, _listed(chosen))}.",
            f"  Its halves alone, told the costs: {', '.join(halves)}.",
        ]
    return lines


def _listed(cells):
    """Return the rules of the literature."""
    return {name: cell for name, cell in cells.items() if not name.startswith(OWN)}


def _against(mine, others):
    name, best = min(others.items(), key=lambda item: item[1]["regret"].mean())
    ours, theirs = mine["regret"].mean(), best["regret"].mean()
    wins = int(np.sum(mine["by_set"].mean(axis=1) < best["by_set"].mean(axis=1)))
    word = "lower" if ours < theirs else "**not lower**"
    where = f"{name}; lower on {wins} of {len(mine['sets'])} sets"
    return f"{ours:.0f}, {word} than the best single rule's {theirs:.0f} ({where})"


def _table(cells, error_costs):
    head = "| rule | " + " | ".join(f"error = {cost:g} labels" for cost in error_costs)
    lines = [f"{head} | mean | too early | proposed | labels |", "|---|" + "---:|" * (len(error_costs) + 4)]
    for name, cell in sorted(cells.items(), key=lambda item: item[1]["regret"].mean()):
        regrets = " | ".join(f"{value:.0f}" for value in cell["regret"])
        rest = f"{_shares(cell['early'])} | {_shares(cell['proposed'])} | {_counts(cell['labels'])}"
        lines.append(f"| {name} | {regrets} | {cell['regret'].mean():.0f} | {rest} |")
    return lines


def _shares(values):
    return (
        " / ".join(dict.fromkeys(f"{value:.0%}" for value in values)) if _equal(values) else _joined(values, "{:.0%}")
    )


def _counts(values):
    return f"{values[0]:.0f}" if _equal(values) else _joined(values, "{:.0f}")


def _joined(values, form):
    return " / ".join(form.format(value) for value in values)


def _equal(values):
    return np.ptp(np.asarray(values)) == 0


def _by_set(results):
    default = results["limits from the costs"]["default"]
    others = {
        "stabilising_predictions": results["published limits"]["stabilising_predictions"],
        "performance_slope, told the costs": results["limits from the costs"]["performance_slope"],
        "settled_predictions, told the costs": results["limits from the costs"]["settled_predictions"],
    }
    lines = ["Mean regret over the costs.", "", "| set | default | " + " | ".join(others) + " |", "|---|" + "---:|" * 4]
    for number, name in enumerate(default["sets"]):
        row = [cell["by_set"][number].mean() for cell in (default, *others.values())]
        lines.append(f"| {name} | " + " | ".join(f"{value:.0f}" for value in row) + " |")
    return lines


def _outlook(outlooks):
    lines = [
        "| sets | labels | forecasts | mean forecast | mean gain | RMSE | within | below | above | mean width |",
        "|---|---|" + "---:|" * 8,
    ]
    for group, found in outlooks.items():
        for low, high in ((150, 250), (250, 401)):
            some = [item for item in found if low <= item[0] < high]
            came = np.array([item[2] for item in some])
            told, least, most = np.array([[item[1].gain, item[1].low, item[1].high] for item in some]).T
            points = [told.mean(), came.mean(), np.sqrt(np.mean((told - came) ** 2))]
            shares = [np.mean((least <= came) & (came <= most)), np.mean(came < least), np.mean(came > most)]
            cells = [f"{100 * value:.2f}" for value in points] + [f"{value:.1%}" for value in shares]
            cells += [f"{100 * (most - least).mean():.2f}"]
            lines.append(f"| {group} | {low} to {high - 1} | {came.size} | {' | '.join(cells)} |")
    return lines
