"""What each strategy reaches for a sum, where rows cost differently."""

from typing import TYPE_CHECKING, Any

import numpy as np

from querist._validation import check_number
from querist.exceptions import InvalidParameterError
from querist.simulation.protocol import FULL_DATA, RANDOM
from querist.simulation.statistics import t_interval

if TYPE_CHECKING:
    import pandas as pd


def at_cost(table: "pd.DataFrame", budget: float) -> "pd.DataFrame":
    """Return how good the models are that a sum buys; see `Simulation.at_cost`.

    Raises
    ------
    InvalidParameterError
        If there are no costs, or a run spent less than the sum, or more before its first model was measured.
    """
    import pandas as pd

    check_number(budget, "budget", low=0, open_low=True)
    if "cost" not in table:
        raise InvalidParameterError("The simulation was run without costs: pass simulate(..., costs=...).")
    run = ["estimator", "metric", "strategy", "repeat"]
    asked = table[table["strategy"] != FULL_DATA]
    spent = asked.groupby(run)["cost"]
    _check_range(budget, float(spent.min().max()), float(spent.max().min()))
    # The rounds of a run stand in the order in which they were bought.
    bought = asked[asked["cost"] <= budget].groupby(run, sort=False).tail(1)
    lines = []
    for (estimator, metric), part in bought.groupby(["estimator", "metric"], sort=False):
        groups = {str(name): group.sort_values("repeat") for name, group in part.groupby("strategy", sort=False)}
        values = {name: group["value"].to_numpy(np.float64) for name, group in groups.items()}
        for strategy, value in values.items():
            line: dict[str, Any] = {"estimator": estimator, "metric": metric, "strategy": strategy}
            labels = float(groups[strategy]["n_labels"].mean())
            line |= {"repeats": value.size, "labels": labels, "value": float(value.mean())}
            if strategy != RANDOM:
                difference = value - values[RANDOM]
                low, high = t_interval(difference)
                line |= {"difference": float(difference.mean()), "difference_low": low, "difference_high": high}
            lines.append(line)
    return pd.DataFrame(lines)


def _check_range(budget: float, low: float, high: float) -> None:
    if budget < low:
        raise InvalidParameterError(
            f"budget is {budget:g}, and the first model of a run cost {low:g} already. Ask about a larger sum, or run "
            "the simulation with a smaller initial set."
        )
    if budget > high:
        raise InvalidParameterError(
            f"budget is {budget:g}, and a run ended when {high:g} were spent. Ask about a smaller sum, or run the "
            "simulation with a larger budget of labels."
        )
