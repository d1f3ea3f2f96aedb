"""What the audit said and what was true: a table, its summary, and that in words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from querist.simulation.curves import records
from querist.simulation.protocol import RANDOM
from querist.simulation.run import Run
from querist.simulation.statistics import difference_interval
from querist.simulation.watch import Audited

if TYPE_CHECKING:
    import pandas as pd

_TEXTS = ("dataset", "estimator", "strategy", "model_method")
_COUNTS = ("repeat", "n_labels", "test_rows", "model_n", "running_n")
COLUMNS = ("dataset", "estimator", "strategy", "repeat", *Audited._fields)
# How each column is read and kept; figures for which there were too few answers are missing.
TYPES = {name: "str" if name in _TEXTS else "int64" if name in _COUNTS else "float64" for name in COLUMNS}
# Half the width of a 95 % interval, in standard errors.
_NORMAL = float(ndtri(0.975))


def audit_table(runs: Iterable[Run], name: str) -> "pd.DataFrame":
    """Return one line per run and checkpoint."""
    import pandas as pd

    lines = [(name, *run.key, *audited) for run in runs for audited in run.audited]
    return pd.DataFrame(lines, columns=list(COLUMNS)).astype(TYPES)


def summarise_audit(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return one line per estimator and strategy; see `Simulation.audit_summary`."""
    import pandas as pd

    groups = table.groupby(["estimator", "strategy"], sort=False)
    return pd.DataFrame([{"estimator": key[0], "strategy": key[1], **_line(part)} for key, part in groups])


def _line(part: "pd.DataFrame") -> dict[str, Any]:
    told = part[part["model_accuracy"].notna()]
    held = (told["model_low"] <= told["test_accuracy"]) & (told["test_accuracy"] <= told["model_high"])
    error = told["model_accuracy"] - told["test_accuracy"]
    # Of one run all checkpoints share answers and test part: repeats are what is independent.
    by_repeat = error.groupby(told["repeat"]).mean()
    low, high = difference_interval(by_repeat, most=1.0)
    spread = np.sqrt(told["test_accuracy"] * (1 - told["test_accuracy"]) / told["test_rows"])
    return {
        "repeats": int(part["repeat"].nunique()),
        "checkpoints": len(told),
        "held": int(held.sum()),
        "coverage": float(held.mean()) if len(told) else np.nan,
        "half_width": float((told["model_high"] - told["model_low"]).mean() / 2),
        "bias": float(by_repeat.mean()),
        "bias_low": low,
        "bias_high": high,
        "test_half_width": float(_NORMAL * spread.mean()),
    }


def audit_sentences(summary: "pd.DataFrame") -> list[str]:
    """Return what the audit was worth, for each estimator and strategy; random only where it is alone."""
    lines = records(summary)
    several = len({line["estimator"] for line in lines}) > 1
    return [_sentence(line, several) for line in worth_telling(lines)]


def worth_telling(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of the strategies but random; all if there is nothing else."""
    return [line for line in lines if line["strategy"] != RANDOM] or lines


def signed_points(share: float) -> str:
    """Return a difference of shares in points.

    Examples
    --------
    >>> signed_points(-0.0123)
    '-1.2'
    """
    return f"{100 * share:+.1f}"


def who(line: dict[str, Any], several: bool) -> str:
    """Return the name of a line's strategy; of several estimators also the estimator's."""
    return f"{line['strategy']} with {line['estimator']}" if several else str(line["strategy"])


def _sentence(line: dict[str, Any], several: bool) -> str:
    if not line["checkpoints"]:
        return (
            f"Audit of {who(line, several)}: too few audited answers for a figure. "
            "Raise the audit's share or the budget."
        )
    side = "above" if line["bias"] > 0 else "below"
    interval = (
        ""
        if np.isnan(line["bias_low"])
        else f" (95 % interval {signed_points(line['bias_low'])} to {signed_points(line['bias_high'])})"
    )
    return (
        f"Audit of {who(line, several)}: {line['held']} of {line['checkpoints']} intervals for the model accuracy "
        f"({100 * line['coverage']:.1f} %) contain the accuracy on the test part, itself known to plus or minus "
        f"{100 * line['test_half_width']:.1f} points. On average the intervals are plus or minus "
        f"{100 * line['half_width']:.1f} points, and the figure is {100 * abs(line['bias']):.1f} points {side} "
        f"the test accuracy{interval}."
    )
