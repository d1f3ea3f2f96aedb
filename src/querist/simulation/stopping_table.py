"""When rules would have stopped, and what that would have cost: a table, its summary, and that in words."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from querist.simulation.audit_table import who, worth_telling
from querist.simulation.curves import records
from querist.simulation.protocol import Costs
from querist.simulation.rules import TO_THE_END
from querist.simulation.run import Run
from querist.simulation.statistics import t_interval
from querist.simulation.watch import Stopped
from querist.stopping.replay import judge

if TYPE_CHECKING:
    import pandas as pd

# Stopping below this share of the final accuracy is too early.
ENOUGH = 0.97
# One round's accuracy is noisy: the final one is the mean of the last rounds.
LAST_ROUNDS = 3
TYPES = {
    "dataset": "str", "estimator": "str", "strategy": "str", "repeat": "int64", "rule": "str", "proposed": "bool",
    "n_labels": "int64", "accuracy": "float64", "final_accuracy": "float64", "too_early": "bool",
    "best_n_labels": "int64", "regret": "float64", "reason": "str",
}  # fmt: skip


def stopping_table(runs: Iterable[Run], metrics: Sequence[str], costs: Costs, name: str) -> "pd.DataFrame":
    """Return one line per run and rule, and one for spending the whole budget."""
    import pandas as pd

    place = list(metrics).index("accuracy")
    lines = [
        (name, *run.key, *_judged(run, stopped, place, costs))
        for run in runs
        if run.stopped
        for stopped in (*run.stopped, Stopped(TO_THE_END, None, ""))
        if not np.isnan(run.rounds[-1].values[place])
    ]
    return pd.DataFrame(lines, columns=list(TYPES)).astype(TYPES)


def _judged(run: Run, stopped: Stopped, place: int, costs: Costs) -> tuple[Any, ...]:
    # Before two classes have answers there is no model, and nothing that could be stopped at.
    curve = [(item.n_labels, item.values[place]) for item in run.rounds if not np.isnan(item.values[place])]
    n_labels, accuracy = [n for n, _ in curve], [value for _, value in curve]
    found = None if stopped.n_labels is None else (n_labels.index(stopped.n_labels), stopped.reason)
    result = judge(
        found, n_labels, accuracy,
        label_cost=costs.label_cost, error_cost=costs.error_cost, n_future=costs.n_future,
    )  # fmt: skip
    final = float(np.mean(accuracy[-LAST_ROUNDS:]))
    return (
        stopped.rule,
        result.proposed,
        result.n_labels,
        result.accuracy,
        final,
        result.proposed and result.accuracy < ENOUGH * final,
        result.best_n_labels,
        result.regret,
        result.reason,
    )


def summarise_stopping(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return one line per estimator, strategy and rule; see `Simulation.stopping_summary`."""
    import pandas as pd

    keys = ["estimator", "strategy", "rule"]
    groups = table.groupby(keys, sort=False)
    return pd.DataFrame([dict(zip(keys, key, strict=True)) | _line(part) for key, part in groups])


def _line(part: "pd.DataFrame") -> dict[str, Any]:
    told = part[part["proposed"]]
    low, high = t_interval(part["regret"])
    return {
        "runs": len(part),
        "proposed": len(told),
        "labels": float(told["n_labels"].median()),
        "labels_low": float(told["n_labels"].quantile(0.25)),
        "labels_high": float(told["n_labels"].quantile(0.75)),
        "accuracy": float(told["accuracy"].mean()),
        "share_of_final": float((told["accuracy"] / told["final_accuracy"]).mean()),
        "too_early": int(part["too_early"].sum()),
        "best_labels": float(part["best_n_labels"].median()),
        "regret": float(part["regret"].mean()),
        "regret_low": max(low, 0.0),
        "regret_high": high,
    }


def stopping_sentences(summary: "pd.DataFrame", budget: int) -> list[str]:
    """Return what the rules did, for each estimator, strategy and rule; random only where it is alone."""
    lines = records(summary)
    several = len({line["estimator"] for line in lines}) > 1
    to_the_end = {(line["estimator"], line["strategy"]): line for line in lines if line["rule"] == TO_THE_END}
    return [
        _sentence(line, to_the_end[line["estimator"], line["strategy"]], several, budget)
        for line in worth_telling(lines)
        if line["rule"] != TO_THE_END
    ]


def _sentence(line: dict[str, Any], to_the_end: dict[str, Any], several: bool, budget: int) -> str:
    if line["proposed"]:
        early = f" ({line['too_early']} too early: below {100 * ENOUGH:.0f} % of the final accuracy)"
        told = (
            f"proposes to stop in {line['proposed']} of {line['runs']} runs{early if line['too_early'] else ''}, "
            f"with {line['labels']:.0f} labels (median) and {100 * line['share_of_final']:.1f} % of the final accuracy "
            "(mean)"
        )
    else:
        told = f"never proposes to stop within {budget} labels"
    interval = (
        ""
        if np.isnan(line["regret_low"])
        else f" (95 % interval {line['regret_low']:.1f} to {line['regret_high']:.1f})"
    )
    return (
        f"Stopping rule {line['rule']} on {who(line, several)} {told}. At the given costs its regret, the extra cost "
        f"compared with the best moment, is {line['regret']:.1f} on average{interval}; that of spending the whole "
        f"budget is {to_the_end['regret']:.1f}."
    )
