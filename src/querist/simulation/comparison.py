"""Several simulations side by side: average ranks over data sets."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from querist.exceptions import InvalidParameterError
from querist.simulation.baseline import LARGEST, baseline_value
from querist.simulation.curves import records
from querist.simulation.metrics import METRICS
from querist.simulation.page import page
from querist.simulation.record import write_result
from querist.simulation.results import Simulation
from querist.simulation.statistics import average_ranks, friedman

if TYPE_CHECKING:
    import pandas as pd

# Below this the Friedman test's approximation, and any talk of "in general", has too little to stand on.
_FEWEST_SETS = 5


class Comparison:
    """Simulations of the same strategies and estimators on several data sets, made by `compare`.

    Attributes
    ----------
    simulations : list of Simulation
    names : list of str
        What their data sets are called.
    metric : str
        Their common main metric.
    """

    def __init__(self, simulations: Iterable[Simulation], *, names: Sequence[str] | None = None) -> None:
        self.simulations = list(simulations)
        self.names = [simulation.name for simulation in self.simulations] if names is None else [*map(str, names)]
        _check(self.simulations, self.names)
        self.metric = self.simulations[0].metrics[0]
        self._heights = self._mean_heights()

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.simulations)} data sets by {self.metric}>"

    def ranks(self) -> "pd.DataFrame":
        """Return the average rank of each strategy over the data sets, per estimator; rank 1 is best.

        Returns
        -------
        DataFrame
            estimator, strategy, average_rank (of the mean height of the learning curve in the main metric, ties
            sharing), n_data_sets, and, with at least five data sets and three strategies, friedman_p (do all rank
            alike?) and critical_difference (Nemenyi, 5 %: average ranks closer than this cannot be told apart);
            NaN otherwise. Data sets where a strategy has no mean height are left out.
        """
        import pandas as pd

        lines = []
        sign = 1 if METRICS[self.metric].higher_is_better else -1
        for estimator, heights in self._heights.groupby("estimator", sort=False):
            wide = heights.pivot(index="dataset", columns="strategy", values="aulc").dropna()
            wide = wide[list(dict.fromkeys(heights["strategy"].tolist()))]
            scores = sign * wide.to_numpy(np.float64)
            ranks = average_ranks(scores) if len(wide) else np.full(wide.shape[1], np.nan)
            enough = len(wide) >= _FEWEST_SETS and wide.shape[1] >= 3
            p, critical = friedman(scores) if enough else (float("nan"), float("nan"))
            for strategy, rank in zip(wide.columns, ranks, strict=True):
                lines.append((estimator, strategy, float(rank), len(wide), p, critical))
        columns = ["estimator", "strategy", "average_rank", "n_data_sets", "friedman_p", "critical_difference"]
        return pd.DataFrame(lines, columns=columns)

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write one self-contained HTML page: average ranks, and the mean heights they come from.

        Raises
        ------
        ResultsError
            If it cannot be written.
        """
        ranks = self.ranks()
        lines = [
            [f"{line['estimator']}, {line['strategy']}", f"{line['average_rank']:.2f}", str(line["n_data_sets"])]
            for line in records(ranks)
        ]
        wide = self._heights.pivot(index=["estimator", "strategy"], columns="dataset", values="aulc")
        wide = wide[self.names]
        heights = [
            [", ".join(key), *(f"{value:.4f}" for value in values)]
            for key, values in zip(wide.index.tolist(), wide.to_numpy().tolist(), strict=True)
        ]
        largest = [baseline_value(simulation.baseline, self.metric) for simulation in self.simulations]
        if any(value is not None for value in largest):
            told = ("" if value is None else f"{value:.4f}" for value in largest)
            heights.append([f"always the {LARGEST}", *told])
        text = page(
            "comparison.html",
            title="Query strategies compared",
            metric=METRICS[self.metric].label,
            names=[str(name) for name in wide.columns],
            ranks=lines,
            verdicts=_verdicts(ranks),
            heights=heights,
        )
        write_result(Path(path), text.encode())

    def _mean_heights(self) -> "pd.DataFrame":
        import pandas as pd

        parts = []
        for name, simulation in zip(self.names, self.simulations, strict=True):
            summary = simulation.summary()
            parts.append(summary[summary["metric"] == self.metric].assign(dataset=name))
        return pd.concat(parts)[["dataset", "estimator", "strategy", "aulc"]]


def compare(simulations: Iterable[Simulation], *, names: Sequence[str] | None = None) -> Comparison:
    """Compare strategies over several data sets.

    Parameters
    ----------
    simulations : iterable of Simulation
        At least two, one per data set, with the same strategies and estimators, and the same main metric.
    names : sequence of str, default=None
        What to call the data sets, distinct; None: as each was called when it was simulated.

    Raises
    ------
    InvalidParameterError
        If they cannot be compared; the message names what differs.
    """
    return Comparison(simulations, names=names)


def check_distinct(names: Sequence[str]) -> None:
    """Refuse two data sets of one name.

    Raises
    ------
    InvalidParameterError
    """
    for name in names:
        if names.count(name) > 1:
            raise InvalidParameterError(
                f"Two data sets are called {name!r}. Give each a name of its own: compare(..., names=[...]), or "
                "--name once for each folder of querist compare; to name it from the start, simulate(..., name=...)."
            )


def _check(simulations: list[Simulation], names: list[str]) -> None:
    if len(simulations) < 2:
        raise InvalidParameterError(
            f"compare needs at least two simulations, got {len(simulations)}. Pass what simulate returned for each "
            "data set, or Simulation.load(folder)."
        )
    if len(names) != len(simulations):
        raise InvalidParameterError(
            f"There are {len(simulations)} simulations and {len(names)} names. Pass one name for each."
        )
    check_distinct(names)
    first = simulations[0]
    here_name = names[0]
    for there_name, other in zip(names[1:], simulations[1:], strict=True):
        for what in ("strategies", "estimators"):
            here, there = set(first.experiment[what]), set(other.experiment[what])
            if here != there:
                odd = sorted(here ^ there)[0]
                raise InvalidParameterError(
                    f"{here_name!r} and {there_name!r} differ in their {what}: only one has {odd!r}. Compare "
                    "simulations of the same strategies and estimators."
                )
        if first.metrics[0] != other.metrics[0]:
            raise InvalidParameterError(
                f"{here_name!r} has the main metric {first.metrics[0]}, {there_name!r} has {other.metrics[0]}. "
                "Compare simulations of the same first metric."
            )


def _verdicts(ranks: "pd.DataFrame") -> list[str]:
    said = []
    for estimator, lines in ranks.groupby("estimator", sort=False):
        first = lines.iloc[0]
        if np.isnan(first["friedman_p"]):
            said.append(
                f"{estimator}: {first['n_data_sets']} data sets and {len(lines)} strategies; a test over data sets "
                f"takes at least {_FEWEST_SETS} data sets and 3 strategies."
            )
        else:
            said.append(
                f"{estimator}: Friedman p = {first['friedman_p']:.3f}; average ranks closer than "
                f"{first['critical_difference']:.2f} cannot be told apart (Nemenyi, 5 %)."
            )
    return said
