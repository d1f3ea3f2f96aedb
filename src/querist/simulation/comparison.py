"""Several simulations side by side: average ranks, wins and losses, and what makes the difference."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from querist.exceptions import InvalidParameterError, ResultsError
from querist.simulation.comparison_report import ComparisonTables, comparison_findings, comparison_html, rank_panels
from querist.simulation.curves import table_csv
from querist.simulation.figure import render
from querist.simulation.files import write_picture
from querist.simulation.over_data_sets import (
    against_random_table,
    heights_table,
    pairs_table,
    ranks_table,
    variance_table,
)
from querist.simulation.rank_figure import draw_ranks
from querist.simulation.record import write_result
from querist.simulation.results import Simulation

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


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
        self._heights = heights_table(self.simulations, self.names, self.metric)

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.simulations)} data sets by {self.metric}>"

    def heights(self) -> "pd.DataFrame":
        """Return one line per data set, estimator and strategy: what all else is reckoned from.

        Returns
        -------
        DataFrame
            dataset, estimator, strategy, and in the main metric repeats, aulc, final, difference, difference_low,
            difference_high, p_holm, as `Simulation.summary` has them: within a data set, repeats are paired.
        """
        return self._heights.copy()

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
        return ranks_table(self._heights, self.metric)

    def pairs(self) -> "pd.DataFrame":
        """Return whether two strategies can be told apart over the data sets, one line per estimator and pair.

        Returns
        -------
        DataFrame
            estimator, strategy, other, n_data_sets, ahead and behind (data sets on which the first has the better or
            the worse mean height; noise or not), p and p_holm: Wilcoxon's signed-rank test on the heights, paired by
            data set, as it is and adjusted (Holm) for all pairs of the estimator. With n data sets p is at least
            2 / 2**n: fewer than six can tell nothing apart.

        Notes
        -----
        Whether Nemenyi's test tells two strategies apart depends on which others are compared with them, and on ranks
        alone; the signed ranks of a pair do not [1]_. So it is these that the diagram is drawn by.

        References
        ----------
        .. [1] A. Benavoli, G. Corani, F. Mangili, "Should we really use post-hoc tests based on mean-ranks?", JMLR 17,
           2016, https://jmlr.org/papers/v17/benavoli16a.html.
        """
        return pairs_table(self._heights, self.metric)

    def against_random(self) -> "pd.DataFrame":
        """Return how each strategy does against random, one line per estimator and strategy.

        Returns
        -------
        DataFrame
            - ``n_data_sets``: on which both have a mean height;
            - ``wins``, ``ties``, ``losses``: data sets on which it is better, not clearly different, or worse: over the
              paired repeats the signed-rank test, adjusted (Holm) for the strategies of the estimator, has p < 0.05,
              and the 95 % interval excludes 0. Where repeats are too few for
              any p to be that small (fewer than six; fewer than seven for three strategies), all are ties;
            - ``ahead``, ``behind``: data sets on which its mean height is better or worse, noise or not;
            - ``difference``, ``difference_low``, ``difference_high``: mean over the data sets of the height less that
              of random, with its 95 % interval (of log loss, lower is better);
            - ``p``, ``p_holm``: Wilcoxon's signed-rank test of that, over the data sets; adjusted (Holm) for all lines
              of the table.
        """
        return against_random_table(self._heights, self.metric)

    def variance(self) -> "pd.DataFrame":
        """Return how much of what makes the mean heights of runs differ is data, estimator and strategy.

        Returns
        -------
        DataFrame
            One line per source: source, df, sum_of_squares, share, epsilon_squared and share_within, as
            `querist.simulation.variance.variance_shares` explains, n_data_sets and n_repeats: the design must be
            balanced, so data sets without a repeat in which all runs have a height are left out, and of each other as
            many repeats count as the one with the fewest has.
        """
        return variance_table(self.simulations, self.metric)

    def findings(self) -> list[str]:
        """Return what was found, in words: do all rank alike, who beats random, what makes the difference."""
        return comparison_findings(self._tables())

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Return the critical-difference diagram, one per estimator; with `path`, also write it (.png, .svg or .pdf).

        A bar lies over strategies that stand side by side in the ranking and of which no two can be told apart
        (`pairs`, Holm p < 0.05).

        Raises
        ------
        InvalidParameterError
            If the ending of `path` is not known, or no data set has a height of every strategy.
        ResultsError
            If it cannot be written.
        """
        panels = rank_panels(self.ranks(), self.pairs())
        if not panels:
            raise InvalidParameterError(
                f"There is nothing to rank: no data set has a mean height in {self.metric} of every strategy. "
                "Compare simulations with another first metric."
            )
        drawn = draw_ranks(panels)
        if path is not None:
            write_picture(Path(path), drawn)
        return drawn

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write one self-contained HTML page: findings, diagram, tables, how it was done.

        Raises
        ------
        ResultsError
            If it cannot be written.
        """
        write_result(Path(path), comparison_html(self.simulations, self.names, self.metric, self._tables()).encode())

    def save(self, out: str | os.PathLike[str]) -> None:
        """Write the report, the diagram and all tables to a folder.

        Parameters
        ----------
        out : path
            Made where it is missing. ``report.html``, ``critical_difference.svg`` and .png, ``heights.csv``,
            ``ranks.csv``, ``pairs.csv``, ``against_random.csv``, ``variance.csv``: the same bytes for the same
            simulations.

        Raises
        ------
        ResultsError
            If it cannot be written.
        """
        folder = Path(out)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultsError(f"Cannot make {folder}: {error.strerror or error}. Choose another folder.") from error
        tables = self._tables()
        for name, table in tables._asdict().items():
            write_result(folder / f"{name}.csv", table_csv(table))
        if panels := rank_panels(tables.ranks, tables.pairs):
            for kind in ("svg", "png"):
                write_result(folder / f"critical_difference.{kind}", render(draw_ranks(panels), kind))
        self.report(folder / "report.html")

    def _tables(self) -> ComparisonTables:
        return ComparisonTables(self.heights(), self.ranks(), self.pairs(), self.against_random(), self.variance())


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
                "--name once for each folder of querist compare; to name it from the start, simulate(..., name=...); "
                "for querist bench, NAME=FILE."
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
