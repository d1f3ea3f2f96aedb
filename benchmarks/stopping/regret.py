"""When should one have stopped, and when did the rules? ``python regret.py run``, then ``python regret.py table``.

``run [PART PARTS]`` plays what is missing (resumable, one JSON line per run; parts may run side by side),
``table`` writes README.md from the runs.
"""

import itertools
import sys
from pathlib import Path

import numpy as np
from stopping_runs import collect, stored, unpack
from stopping_sets import REPORT, TUNE
from stopping_table import readme

from querist._random import derive_generator
from querist.audit.certificate import rest_bound
from querist.stopping import (
    ClassificationChange,
    MinimumExpectedError,
    Observation,
    OverallUncertainty,
    PerformanceSlope,
    SettledPredictions,
    StabilisingPredictions,
    default_rule,
    outlook,
    replay,
    total_costs,
)
from querist.stopping.advice import worthwhile_gain
from querist.stopping.agreement import Window

SEEDS = 8
N_FUTURE = 10_000
# What a wrong prediction costs, in labels; chosen before any regret was computed.
ERROR_COSTS = (0.3, 1.0, 3.0)
ENOUGH = 0.97
AHEAD = 100
# A certificate: how many answers an attempt takes, and after how many labels it is tried.
CERTIFICATE_LABELS, CERTIFICATE_EVERY, CERTIFICATE_TARGET = 150, 100, 0.9

# Figure, whether it must be at least or at most the threshold, the published threshold, thresholds to choose from.
FAMILIES = {
    "stabilising_predictions": (
        StabilisingPredictions(),
        ">=",
        0.99,
        (0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99),
    ),
    "classification_change": (ClassificationChange(), "<=", 0.0, (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)),
    "overall_uncertainty": (OverallUncertainty(), "<=", 0.01, (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6)),
    "minimum_expected_error": (MinimumExpectedError(), "<=", 0.01, (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3)),
    "performance_slope": (PerformanceSlope(), "<", 0.01, (0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03)),
    "settled_predictions": (SettledPredictions(), "<=", 0.06, (0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2)),
    "budget": (None, ">=", 500, (100, 150, 200, 250, 300, 350, 400, 450, 500)),
}


def observations(run):
    """Return what the rules were shown in each round."""
    at, hits = np.array(run["hits"]).T
    found = []
    for item, predictions in zip(run["rounds"], unpack(run), strict=True):
        known = at < item["n"]
        found.append(
            Observation(
                item["n"],
                predictions=predictions,
                uncertainty=item["entropy"],
                confidence=item["confidence"],
                audit_at=at[known],
                audit_hits=hits[known].astype(float),
                seconds=item["seconds"],
                cost=float(item["n"]),
            )
        )
    return found


class Played:
    """A run, and each rule's figure after every round (NaN where it had none)."""

    def __init__(self, run):
        self.name, self.seed = run["set"], run["seed"]
        self.observations = observations(run)
        self.n = np.array([item["n"] for item in run["rounds"]])
        self.accuracy = np.array([item["accuracy"] for item in run["rounds"]])
        # One round's accuracy is noisy: the final one is the mean of the last three.
        self.final = self.accuracy[-3:].mean()
        self.figures = {"budget": self.n.astype(float)}
        for name, (rule, *_) in FAMILIES.items():
            if rule is not None:
                rule.reset()
                values = [rule.update(observation).value for observation in self.observations]
                self.figures[name] = np.array([np.nan if value is None else value for value in values])
        self.certified, self.extra = self._certify(run["rounds"])

    def _certify(self, rounds):
        """Return where a certificate is first reached (None: never), and the answers that all attempts took."""
        rng, attempt = derive_generator(self.seed, f"certificate {self.name}"), 0
        for number, item in enumerate(rounds):
            if item["n"] % CERTIFICATE_EVERY or not item["n"]:
                continue
            attempt += 1
            right, left = item["remainder"]
            found = rng.hypergeometric(right, left - right, CERTIFICATE_LABELS)
            if rest_bound(int(found), CERTIFICATE_LABELS, left, attempt=attempt) >= CERTIFICATE_TARGET:
                return number, attempt * CERTIFICATE_LABELS
        return None, attempt * CERTIFICATE_LABELS

    def first(self, *conditions):
        """Return the first round in which all (family, threshold) hold, or None."""
        holds = np.ones(self.n.size, bool)
        for name, threshold in conditions:
            compare = {">=": np.greater_equal, "<=": np.less_equal, "<": np.less}[FAMILIES[name][1]]
            holds &= compare(self.figures[name], threshold)
        return int(holds.argmax()) if holds.any() else None

    def outcome(self, stop, error_cost, extra=0):
        """Return regret in labels, whether it proposed too early, whether it proposed, and the labels."""
        number = self.n.size - 1 if stop is None else stop
        costs = total_costs(self.n, self.accuracy, label_cost=1, error_cost=error_cost, n_future=N_FUTURE)
        early = stop is not None and self.accuracy[stop] < ENOUGH * self.final
        return costs[number] + extra - costs.min(), early, stop is not None, self.n[number]

    def best_is_early(self, error_cost):
        """Return whether even the cheapest moment lies before 97 % of the final accuracy."""
        costs = total_costs(self.n, self.accuracy, label_cost=1, error_cost=error_cost, n_future=N_FUTURE)
        return bool(self.accuracy[costs.argmin()] < ENOUGH * self.final)

    def outlooks(self):
        """Return (labels, what was forecast, what came) at some rounds."""
        window, found = Window(AHEAD), []
        for number, observation in enumerate(self.observations):
            change = window.add(observation)
            later = np.flatnonzero(self.n == observation.n_labels + AHEAD)
            if observation.n_labels >= 150 and number % 5 == 0 and later.size:
                came = self.accuracy[later[0]] - self.accuracy[number]
                found.append((observation.n_labels, outlook(observation, change), came))
        return found


def rules():
    """Return name: function of (played, error cost) to the round it proposes, for the rules as they are published."""
    named = {}
    for family, (_, _, published, _) in FAMILIES.items():
        named[family] = limit_rule(family, published)
    named["certificate_reached"] = lambda played, _: played.certified
    named["default"] = lambda played, _: played.first(("settled_predictions", 0.06), ("performance_slope", 0.01))
    return named


def told_rules():
    """Return the rules that can be told the costs: that they follow from the worthwhile gain in accuracy."""

    def gain(cost):
        return worthwhile_gain(label_cost=1, error_cost=cost, n_future=N_FUTURE)

    return {
        "settled_predictions": lambda played, cost: played.first(("settled_predictions", 6 * gain(cost))),
        "performance_slope": lambda played, cost: played.first(("performance_slope", gain(cost))),
        "default": lambda played, cost: played.first(
            ("settled_predictions", 6 * gain(cost)), ("performance_slope", gain(cost))
        ),
    }


def tuned_rules(played):
    """Return each family with the limit that has the lowest mean regret for each cost on the sets for choosing."""
    tune, named = [item for item in played if item.name in TUNE], {}
    for family, (*_, limits) in FAMILIES.items():
        regrets = [summary(tune, limit_rule(family, limit))["regret"] for limit in limits]
        best = dict(zip(ERROR_COSTS, np.array(limits)[np.argmin(regrets, axis=0)], strict=True))
        label = f"{family} ({', '.join(f'{limit:g}' for limit in best.values())})"
        named[label] = lambda item, cost, family=family, best=best: item.first((family, best[cost]))
    return named


def limit_rule(family, limit):
    """Return the rule of one family with one limit, whatever the costs."""
    return lambda item, _: item.first((family, limit))


def summary(played, rule, certificate=False):
    """Return means over sets of means over repeats, by error cost; and per-set regrets."""
    names = sorted({item.name for item in played})
    cells = np.array(
        [
            [
                np.mean(
                    [
                        item.outcome(rule(item, cost), cost, item.extra if certificate else 0)
                        for item in played
                        if item.name == name
                    ],
                    axis=0,
                )
                for cost in ERROR_COSTS
            ]
            for name in names
        ]
    )
    regret, early, proposed, labels = cells.mean(axis=0).T
    told = {"regret": regret, "early": early, "proposed": proposed, "labels": labels}
    return told | {"by_set": cells[:, :, 0], "sets": names}


def check_against_replay(played):
    """The figures' comparisons must be what the library's rules do."""
    one_each = {item.name: item for item in played}.values()
    for item, cost in zip(one_each, itertools.cycle(ERROR_COSTS), strict=False):
        rule = default_rule(error_cost=cost, n_future=N_FUTURE, every_class=False)
        result = replay(item.observations, item.accuracy, rule, error_cost=cost, n_future=N_FUTURE)
        regret, _, proposed, labels = item.outcome(told_rules()["default"](item, cost), cost)
        assert np.isclose(result.regret, regret), (item.name, cost)
        assert (result.proposed, result.n_labels) == (proposed, labels), (item.name, cost)


def table():
    """Write README.md."""
    played = [Played(run) for run in stored()]
    check_against_replay(played)
    groups = {
        "chosen on": [item for item in played if item.name in TUNE],
        "other": [item for item in played if item.name in REPORT],
        "all": played,
    }
    named = {"published limits": rules(), "limits from the costs": told_rules(), "limits chosen": tuned_rules(played)}
    results = {
        group: {
            kind: {name: summary(items, rule, name == "certificate_reached") for name, rule in some.items()}
            for kind, some in named.items()
        }
        for group, items in groups.items()
    }
    best_early = {
        group: [np.mean([item.best_is_early(cost) for item in items]) for cost in ERROR_COSTS]
        for group, items in groups.items()
    }
    outlooks = {group: [found for item in items for found in item.outlooks()] for group, items in groups.items()}
    text = readme(results, best_early, outlooks, played, ERROR_COSTS)
    (Path(__file__).parent / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        collect(SEEDS, *map(int, sys.argv[2:4]))
    elif sys.argv[1:] == ["table"]:
        table()
    else:
        sys.exit(__doc__)
