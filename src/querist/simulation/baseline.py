"""What a model must beat: always the same answer, the largest class or the mean target, without looking at a row."""

from typing import TYPE_CHECKING

import numpy as np

from querist.simulation.metrics import METRICS
from querist.simulation.problem import Problem
from querist.simulation.protocol import Protocol
from querist.simulation.split import draw_repeat

if TYPE_CHECKING:
    import pandas as pd

TYPES = {"dataset": "str", "repeat": "int64", "metric": "str", "value": "float64"}


def baseline_table(problem: Problem, protocol: Protocol) -> "pd.DataFrame":
    """Return one line per repeat and metric: the value of always answering the largest class of the training part.

    Of a regression it is that of the mean target of the training part. Of classes that are equally large the first in
    the order of the classes is answered. The value is NaN for log loss, which an answer without probabilities has none
    of. Costs a split per repeat, and trains nothing.
    """
    import pandas as pd

    lines = []
    for number in range(protocol.repeats):
        draws = draw_repeat(problem, protocol, number)
        if draws.test is None:
            truth = problem.test_codes
            assert truth is not None
        else:
            truth = problem.codes[draws.test]
        known = problem.codes[draws.training]
        code = float(known.mean()) if problem.task == "regression" else int(np.bincount(known).argmax())
        for name in protocol.metrics:
            value = METRICS[name].of_constant(truth, code, problem.classes.size)
            lines.append((protocol.name, number, name, value))
    return pd.DataFrame(lines, columns=list(TYPES)).astype({"repeat": "int64", "value": "float64"})


def baseline_value(table: "pd.DataFrame | None", metric: str) -> float | None:
    """Return the mean over the repeats on which the metric is defined; None if there are none, or no table."""
    if table is None:
        return None
    values = table.loc[table["metric"] == metric, "value"].dropna()
    return float(values.mean()) if len(values) else None


def baseline_sentence(value: float, metric: str, ends: "dict[str, float]") -> str:
    """Return what always the same answer gives, and which curves do not end on the better side of it.

    Parameters
    ----------
    value : float
        From `baseline_value`.
    metric : str
    ends : dict of str to float
        What is compared with it: the value at the end, by name.
    """
    one = METRICS[metric]
    told = f"Always answering the {one.constant} gives {one.with_article} of {value:.3f}"
    # As they are printed: what looks equal is not above.
    sign = 1 if one.higher_is_better else -1
    behind = [f"{name} ({end:.3f})" for name, end in ends.items() if sign * round(end, 3) <= sign * round(value, 3)]
    if not behind:
        return f"{told}."
    side = "above" if one.higher_is_better else "below"
    verb = "is" if len(behind) == 1 else "are"
    return f"{told}; at the end of the budget {', '.join(behind)} {verb} not {side} that."
