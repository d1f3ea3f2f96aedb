"""From finished runs to a tidy table, and from the table to learning curves and their summary."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import FloatArray
from querist.simulation.baseline import baseline_value
from querist.simulation.metrics import METRICS
from querist.simulation.protocol import FULL_DATA, RANDOM
from querist.simulation.run import Run
from querist.simulation.statistics import area_under_curve, difference_interval, holm, labels_to_reach, signed_rank_p

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (90, 95, 99)
COLUMNS = ("dataset", "estimator", "strategy", "repeat", "n_labels", "metric", "value", "rows")


def tidy_table(
    runs: Iterable[Run], metrics: Sequence[str], name: str, costs: FloatArray | None = None
) -> "pd.DataFrame":
    """Return one line per run, round and metric; with what was spent by then, where rows have costs."""
    import pandas as pd

    runs = list(runs)
    lines: list[tuple[Any, ...]] = [
        (name, *run.key, item.n_labels, metric, value, item.rows)
        for run in runs
        for item in run.rounds
        for metric, value in zip(metrics, item.values, strict=True)
    ]
    table = pd.DataFrame(lines, columns=list(COLUMNS)).astype(
        {"repeat": "int64", "n_labels": "int64", "value": "float64"}
    )
    if costs is None:
        return table
    return table.assign(cost=np.repeat(np.concatenate([_spent(run, costs) for run in runs]), len(metrics)))


def _spent(run: Run, costs: FloatArray) -> FloatArray:
    """Return what was spent by the end of each round; NaN of the model of all data, whose rows nobody asked for."""
    if run.key.strategy == FULL_DATA:
        return np.full(len(run.rounds), np.nan)
    return np.cumsum([costs[item.rows].sum() for item in run.rounds])


def columns_of(table: "pd.DataFrame") -> list[str]:
    """Return the columns of a tidy table that is kept: with costs where there are some."""
    return [*COLUMNS, *(["cost"] if "cost" in table else [])]


def timings_table(runs: Iterable[Run], name: str) -> "pd.DataFrame":
    """Return one line per run: wall-clock seconds for fitting, asking, evaluating and, if anything was, watching."""
    import pandas as pd

    runs = list(runs)
    timed = list(dict.fromkeys(["fit", "ask", "evaluate", *(what for run in runs for what in run.seconds)]))
    lines = [(name, *run.key, *(run.seconds.get(what, 0.0) for what in timed)) for run in runs]
    columns = ["dataset", "estimator", "strategy", "repeat", *(f"{what}_seconds" for what in timed)]
    return pd.DataFrame(lines, columns=columns)


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the lines of a table as dicts."""
    return [{str(name): value for name, value in line.items()} for line in table.to_dict("records")]


def table_csv(table: "pd.DataFrame") -> bytes:
    """Return a table as CSV, the same bytes on any system; lists of rows as JSON."""
    if "rows" in table:
        # Lines of one round share one list, which is spelled once.
        spelled = {id(rows): json.dumps(rows) for rows in table["rows"]}
        table = table.assign(rows=[spelled[id(rows)] for rows in table["rows"]])
    text: str = table.to_csv(index=False, lineterminator="\n")
    return text.encode()


@dataclass(frozen=True)
class Curves:
    """The learning curves of one estimator in one metric.

    Attributes
    ----------
    estimator, metric : str
    n_labels : list of int of length n_points
        Label counts at which every run of this estimator had a model.
    values : dict of str to ndarray of shape (n_repeats, n_points)
        By strategy; the repeats are paired.
    full : ndarray of shape (n_repeats,)
        The full-data value of each repeat.
    n_dropped : int
        Repeats left out because the metric is undefined on their test part.
    largest : float or None
        The value of always answering the largest class, where that is known.
    n_test : float or None
        Rows of a test part, where that is known.
    repeats : tuple of int of length n_repeats
        Their numbers.
    """

    estimator: str
    metric: str
    n_labels: list[int]
    values: dict[str, FloatArray]
    full: FloatArray
    n_dropped: int
    largest: float | None = None
    n_test: float | None = None
    repeats: tuple[int, ...] = ()

    def heights(self) -> dict[str, FloatArray]:
        """Return the mean height of each curve, by strategy; nothing where there is no point or no repeat."""
        if not self.n_labels or not self.full.size:
            return {}
        return {strategy: area_under_curve(self.n_labels, array) for strategy, array in self.values.items()}


def learning_curves(table: "pd.DataFrame", estimator: str, metric: str) -> Curves:
    """Cut the curves of one estimator in one metric out of the tidy table.

    A point at which a run has no model yet (only one class has answers) is left out for all
    strategies: each is then judged over the same label counts.
    """
    part = table[(table["estimator"] == estimator) & (table["metric"] == metric)]
    is_full = part["strategy"] == FULL_DATA
    on_all = part[is_full].sort_values("repeat")
    full: FloatArray = on_all["value"].to_numpy(np.float64)
    active = part[~is_full]
    n_labels = sorted(active["n_labels"].unique().tolist())
    # A repeat whose full-data value is undefined has a test part on which the metric is undefined.
    defined = ~np.isnan(full)
    values = {}
    for strategy in dict.fromkeys(active["strategy"].tolist()):
        lines = active[active["strategy"] == strategy].sort_values(["repeat", "n_labels"])
        array = lines["value"].to_numpy(np.float64).reshape(full.size, len(n_labels))
        values[strategy] = array[defined]
    kept = np.all([~np.isnan(array).any(axis=0) for array in values.values()], axis=0)
    return Curves(
        estimator=estimator,
        metric=metric,
        n_labels=[count for count, keep in zip(n_labels, kept, strict=True) if keep],
        values={strategy: array[:, kept] for strategy, array in values.items()},
        full=full[defined],
        n_dropped=int(np.count_nonzero(~defined)),
        repeats=tuple(on_all["repeat"][defined].tolist()),
    )


def all_curves(table: "pd.DataFrame") -> list[Curves]:
    """Return the curves of every estimator and metric, in the order of the table."""
    return [
        learning_curves(table, estimator, metric)
        for estimator in dict.fromkeys(table["estimator"].tolist())
        for metric in dict.fromkeys(table["metric"].tolist())
    ]


def summarise(table: "pd.DataFrame", baseline: "pd.DataFrame | None" = None) -> "pd.DataFrame":
    """Return one line per estimator, metric and strategy; see `Simulation.summary`."""
    import pandas as pd

    frame = pd.DataFrame([line for curves in all_curves(table) for line in _summary_lines(curves)])
    known = {metric: baseline_value(baseline, metric) for metric in frame["metric"].unique()}
    largest = frame["metric"].map(known).astype("float64")
    frame.insert(list(frame.columns).index("full_data"), "largest_class", largest)
    counts = [f"{what}_{level}" for what in ("labels", "saved") for level in LEVELS]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _summary_lines(curves: Curves) -> list[dict[str, Any]]:
    areas = curves.heights()
    if not areas:
        return [_line(curves, strategy) for strategy in curves.values]
    rivals = [strategy for strategy in areas if strategy != RANDOM]
    p_values = [signed_rank_p(areas[strategy] - areas[RANDOM]) for strategy in rivals]
    adjusted = dict(zip(rivals, zip(p_values, holm(p_values), strict=True), strict=True))
    reached = {strategy: _reached(curves, strategy) for strategy in areas}
    lines = []
    for strategy, area in areas.items():
        line = _line(curves, strategy)
        line |= {"aulc": float(area.mean()), "final": float(curves.values[strategy][:, -1].mean())}
        line |= {f"labels_{level}": count for level, count in reached[strategy].items()}
        if strategy != RANDOM:
            difference = area - areas[RANDOM]
            metric = METRICS[curves.metric]
            low, high = difference_interval(difference, metric.high - metric.low)
            line |= {"difference": float(difference.mean()), "difference_low": low, "difference_high": high}
            line["p"], line["p_holm"] = adjusted[strategy]
            line |= _saved(reached[strategy], reached[RANDOM])
        lines.append(line)
    return lines


def _line(curves: Curves, strategy: str) -> dict[str, Any]:
    full = float(curves.full.mean()) if curves.full.size else None
    line: dict[str, Any] = {"estimator": curves.estimator, "metric": curves.metric, "strategy": strategy}
    line |= {"repeats": int(curves.full.size), "full_data": full}
    line |= dict.fromkeys(("aulc", "final", "difference", "difference_low", "difference_high", "p", "p_holm"), np.nan)
    for level in LEVELS:
        line |= {f"labels_{level}": None, f"saved_{level}": None, f"saved_percent_{level}": np.nan}
    return line


def _reached(curves: Curves, strategy: str) -> dict[int, int | None]:
    metric = METRICS[curves.metric]
    curve, full = curves.values[strategy].mean(axis=0), float(curves.full.mean())
    found: dict[int, int | None] = dict.fromkeys(LEVELS)
    for percent in LEVELS:
        level = metric.level(full, percent)
        if level is not None:
            found[percent] = labels_to_reach(curves.n_labels, curve, level, higher_is_better=metric.higher_is_better)
    return found


def _saved(reached: dict[int, int | None], by_random: dict[int, int | None]) -> dict[str, Any]:
    saved: dict[str, Any] = {}
    for level in LEVELS:
        mine, theirs = reached[level], by_random[level]
        if mine is not None and theirs is not None:
            saved[f"saved_{level}"] = theirs - mine
            saved[f"saved_percent_{level}"] = 100 * (theirs - mine) / theirs
    return saved
