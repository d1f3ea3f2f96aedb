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
        "Limits as published, whatever the costs. `default` takes 100 labels to be worth one point of accuracy; `budget` "
        "spends it all, which is also what `time` and `cost` limits amount to here."
    ),
    "limits from the costs": "Told what labels and errors cost. This is how advice is given.",
    "limits chosen": (
        "Each rule with the limit that did best for each cost on the sets for choosing (in brackets): the most that a single "
        "rule can do with hindsight."
    ),
}


def readme(results, best_early, outlooks, played, error_costs):
    """Return the whole file."""
    seeds = [item.seed for item in played]
    lines = [
        "# When to stop",
        "",
        "Written by `python regret.py table` from the runs of `python regret.py run`; every line of it, favourable or not.",
        "",
        f"{len(played)} runs on {len({item.name for item in played})} sets (up to {max(seeds) + 1} repeats each): margin in "
        "batches of 10, two of them audit rows, from 20 to 500 labels, pool of 2,000 rows, accuracy on up to 4,000 others; "
        "logistic regression, or 40 extremely randomised trees where a straight line is poor. Limits, and the constants of "
        f"the outlook, were chosen on {', '.join(sorted(TUNE))}; *other* are {', '.join(sorted(REPORT))}.",
        "",
        "**Regret**: labels spent + cost of an error (in labels) x errors on 10,000 rows to come, less the same at the "
        "best moment of the run, in labels; mean over repeats, then over sets. A run without a proposal ends at 500 labels.",
        "**Too early**: proposals where the accuracy was below 97 % of the final one (mean of the last three rounds), share of "
        "runs. With cheap errors the best moment itself is too early in this sense; the line *best moment* says how often.",
        "",
        "## Verdict",
        "",
        *_verdict(results),
        "",
    ]
    for group, title in GROUPS.items():
        lines += [f"## Regret on {title}", ""]
        for kind, explained in KINDS.items():
            lines += [f"### {kind.capitalize()}", "", explained, "", *_table(results[group][kind], error_costs), ""]
        lines += [f"Best moment too early: {_shares(best_early[group])} of runs, by cost.", ""]
    lines += ["## By set", "", *_by_set(results["all"]), ""]
    lines += ["## The outlook", "", *_outlook(outlooks), ""]
    lines += ["## Certificates", "", CERTIFICATE, ""]
    return "\n".join(lines)


CERTIFICATE = (
    "`certificate_reached` here: every 100 labels the model is frozen and 150 fresh rows are drawn (hypergeometric, from the "
    "run's own accuracy on the rows left), attempt j at level 6 alpha / (pi^2 j^2), target 90 %. Those answers are paid for and, "
    "unlike in a session, train nothing. Where the target is out of reach all attempts are in vain: a certificate is a promise, "
    "not a way to find the cheapest moment."
)


def _verdict(results):
    lines = []
    for group, title in GROUPS.items():
        default = results[group]["limits from the costs"]["default"]
        blind = results[group]["published limits"]["default"]
        single = {
            name: cell["regret"].mean()
            for name, cell in results[group]["published limits"].items()
            if name not in ("default", "settled_predictions")
        } | {
            f"{name}, limits from the costs": cell["regret"].mean()
            for name, cell in results[group]["limits from the costs"].items()
            if name == "performance_slope"
        }
        name, best = min(single.items(), key=lambda item: item[1])
        mean = default["regret"].mean()
        word = "lower than" if mean < best else "NOT lower than"
        lines.append(
            f"- On {title}: mean regret of the default rule {mean:.0f} labels, {word} that of the best single rule "
            f"({name}: {best:.0f}). Where nobody tells it the costs: {blind['regret'].mean():.0f}. Too early at its "
            f"assumed cost (100 labels a point): {blind['early'][1]:.1%} of runs (target: at most 10 %)."
        )
        chosen = results[group]["limits chosen"]
        hindsight = min((cell["regret"].mean(), name) for name, cell in chosen.items())
        lines.append(f"  The best single rule with limits chosen for each cost: {hindsight[1]}, {hindsight[0]:.0f}.")
    lines.append(
        "- `settled_predictions` (half of the default rule, ours) does about as well alone: what the audited curve adds is "
        "protection, not lower regret on average."
    )
    return lines


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
        "What was forecast for 100 more labels, and what came (accuracy of the single model 100 labels later, less now), from 150 "
        "labels on, every fifth round; 90 % interval.",
        "",
        "| sets | labels | forecasts | mean forecast | mean gain | root mean square error | within | below | above | mean width |",
        "|---|---|" + "---:|" * 8,
    ]
    for group, found in outlooks.items():
        for low, high in ((150, 250), (250, 401)):
            some = [item for item in found if low <= item[0] < high]
            if not some:
                continue
            came = np.array([item[2] for item in some])
            told = np.array([[item[1].gain, item[1].low, item[1].high] for item in some]).T
            inside = (told[1] <= came) & (came <= told[2])
            lines.append(
                f"| {group} | {low} to {high - 1} | {came.size} | {100 * told[0].mean():.2f} | {100 * came.mean():.2f} | "
                f"{100 * np.sqrt(np.mean((told[0] - came) ** 2)):.2f} | {inside.mean():.1%} | {np.mean(came < told[1]):.1%} | "
                f"{np.mean(came > told[2]):.1%} | {100 * (told[2] - told[1]).mean():.2f} |"
            )
    return lines
