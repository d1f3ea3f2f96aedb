"""The results of a simulation: tables, words, picture, report."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from querist.simulation import files
from querist.simulation.at_cost import at_cost
from querist.simulation.audit_table import summarise_audit
from querist.simulation.findings import all_findings
from querist.simulation.record import Record
from querist.simulation.stopping_table import summarise_stopping
from querist.simulation.tables import Tables
from querist.simulation.waiting_table import waiting_notes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Simulation:
    """The results of `simulate`.

    Attributes
    ----------
    table : DataFrame
        One line per run, round and metric: dataset, estimator, strategy, repeat, n_labels, metric, value and rows
        (the rows of the caller's X asked in that round); with costs also cost, what was spent by its end. The strategy
        ``(full data)`` is the same estimator fitted on the whole training part of that repeat.
    timings : DataFrame
        Wall-clock seconds of each run: fit, ask (scoring the pool included), evaluate.
    audit : DataFrame or None
        With an audit, one line per run and checkpoint: the test accuracy (what is true, as far as `test_rows` rows
        can tell), the audited model accuracy with its 95 % interval, and the running accuracy, which is another
        quantity: of the models of all draws, not of the present one.
    stopping : DataFrame or None
        With stopping rules, one line per run and rule: whether and when it proposed to stop, the test accuracy there,
        and the regret: what was spent more than at the best moment of the run, at the costs in `protocol`. A rule that
        never proposed counts as stopping at the end, which is what the rule ``(whole budget)`` does.
    baseline : DataFrame or None
        One line per repeat and metric: the value of always answering the largest class of the training part on that
        test part, which a model has to beat; NaN for log loss. None in folders of earlier versions.
    experiment : dict
        Protocol, parts, data and versions: all that determines the results.
    """

    def __init__(
        self,
        experiment: dict[str, Any],
        table: "pd.DataFrame",
        timings: "pd.DataFrame",
        audit: "pd.DataFrame | None" = None,
        stopping: "pd.DataFrame | None" = None,
        waiting: "pd.DataFrame | None" = None,
        baseline: "pd.DataFrame | None" = None,
    ) -> None:
        self.experiment = experiment
        self._tables = Tables(table, timings, audit, stopping, waiting, baseline)

    @classmethod
    def of(cls, experiment: dict[str, Any], tables: Tables) -> Self:
        """Return the results that tables hold."""
        return cls(
            experiment, tables.table, tables.timings, tables.audit, tables.stopping, tables.waiting, tables.baseline
        )

    def __repr__(self) -> str:
        strategies = ", ".join(self.experiment["strategies"])
        estimators = ", ".join(self.experiment["estimators"])
        return f"<Simulation of {strategies} with {estimators} on {self.name!r}, {self.protocol['repeats']} repeats>"

    @property
    def table(self) -> "pd.DataFrame":
        """One line per run, round and metric."""
        return self._tables.table

    @property
    def timings(self) -> "pd.DataFrame":
        """Wall-clock seconds of each run."""
        return self._tables.timings

    @property
    def audit(self) -> "pd.DataFrame | None":
        """One line per run and checkpoint; None without an audit."""
        return self._tables.audit

    @property
    def stopping(self) -> "pd.DataFrame | None":
        """One line per run and rule; None without rules."""
        return self._tables.stopping

    @property
    def baseline(self) -> "pd.DataFrame | None":
        """What always answering the largest class gives, by repeat and metric."""
        return self._tables.baseline

    @property
    def name(self) -> str:
        """What the data are called."""
        return str(self.protocol["name"])

    @property
    def protocol(self) -> dict[str, Any]:
        """The parameters of the experiment."""
        return dict(self.experiment["protocol"])

    @property
    def metrics(self) -> list[str]:
        """What was measured; the first is the main metric."""
        return list(self.protocol["metrics"])

    @property
    def notes(self) -> list[str]:
        """What a reader should know about the data, and about classifiers that waited for more answers."""
        return [*self.experiment["notes"], *waiting_notes(self._tables.waiting)]

    def summary(self) -> "pd.DataFrame":
        """Return one line per estimator, metric and strategy.

        Returns
        -------
        DataFrame
            - ``repeats``: on which the metric is defined;
            - ``largest_class``: mean value of always answering the largest class of the training part, which a model
              has to beat; NaN for log loss, and in folders of earlier versions;
            - ``full_data``: mean value of the estimator fitted on the whole training part;
            - ``aulc``: mean height of the learning curve (trapezoid area over the range of label counts);
            - ``final``: mean value at the end of the budget;
            - ``difference``, ``difference_low``, ``difference_high``: AULC minus that of random in the same
              repeats, with its 95 % interval, none of it beyond what a difference can be;
            - ``p``, ``p_holm``: Wilcoxon signed-rank test of that difference, as it is and adjusted (Holm) for the
              strategies of this estimator and metric;
            - ``labels_90``, ``labels_95``, ``labels_99``: the first label count from which the mean curve stays at
              or above that percentage of ``full_data`` for three points; missing if
              that is not reached, and for log loss, where it has no meaning;
            - ``saved_90`` ..., ``saved_percent_90`` ...: labels that random needs more, absolute and in percent of
              what random needs; negative if it needs fewer.
            For log loss lower is better.
        """
        return self._tables.summary.copy()

    def at_cost(self, budget: float) -> "pd.DataFrame":
        """Return what each strategy reaches for a sum, where rows cost differently.

        Parameters
        ----------
        budget : float
            In the unit of ``simulate(..., costs=...)``.

        Returns
        -------
        DataFrame with one line per estimator, metric and strategy
            - ``repeats``;
            - ``labels``: mean number of labels that the sum buys;
            - ``value``: mean value of the last model that had cost no more (nothing is interpolated: a batch is
              bought whole);
            - ``difference``, ``difference_low``, ``difference_high``: minus that of random in the same repeats, with
              its 95 % t interval.

        Raises
        ------
        InvalidParameterError
            If there are no costs, a run ended before the sum was spent, or its first model had cost more.
        """
        return at_cost(self.table, budget)

    def audit_summary(self) -> "pd.DataFrame | None":
        """Return how far the audit was right, one line per estimator and strategy; None without an audit.

        Returns
        -------
        DataFrame
            - ``checkpoints``: with a figure, in all repeats; those of one run are not independent;
            - ``held``, ``coverage``: number and share of those whose interval for the model accuracy holds the test
              accuracy. The test part has an error of its own, which counts against the interval;
            - ``half_width``: mean half-width of the intervals;
            - ``bias``, ``bias_low``, ``bias_high``: mean of the audited less the test accuracy, with its 95 %
              interval over the repeats;
            - ``test_half_width``: by how much the test accuracy itself may be off (1.96 standard errors).
        """
        return None if self.audit is None else summarise_audit(self.audit)

    def stopping_summary(self) -> "pd.DataFrame | None":
        """Return how the stopping rules did, one line per estimator, strategy and rule; None without rules.

        Returns
        -------
        DataFrame
            - ``runs``, ``proposed``: in how many of the runs the rule proposed to stop;
            - ``labels``, ``labels_low``, ``labels_high``: median and quartiles of the labels there;
            - ``accuracy``, ``share_of_final``: mean test accuracy there, and its share of the final accuracy (the mean
              of the last three rounds);
            - ``too_early``: runs that were stopped below 97 % of the final accuracy;
            - ``best_labels``: median of the labels at the best moment;
            - ``regret``, ``regret_low``, ``regret_high``: mean over all runs, with its 95 % t interval
              (none of it below 0).
        """
        return None if self.stopping is None else summarise_stopping(self.stopping)

    def findings(self) -> list[str]:
        """Return what was found, in words.

        Where a class has few rows, first that accuracy says little of it; then findings are on another metric, if one
        was measured. One or two sentences per estimator and strategy, on the main metric, and one on what always
        answering the largest class gives; with an audit one more on how far it was right, and with stopping rules one
        for each.
        """
        found = all_findings(self.experiment, self.summary(), self.audit, self.stopping)
        return [finding.text for finding in found]

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Return the learning curves in the main metric; with `path`, also write them (.png, .svg or .pdf).

        Lines are means over the repeats, bands their 95 % intervals, which stay within what the metric can be
        (`querist.simulation.statistics.mean_interval`).

        Raises
        ------
        InvalidParameterError
            If the ending of `path` is not known.
        ResultsError
            If it cannot be written.
        """
        drawn = files.draw(self.experiment, self._tables)
        if path is not None:
            files.write_picture(Path(path), drawn)
        return drawn

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write one self-contained HTML page: findings, curves, summary, protocol.

        Raises
        ------
        ResultsError
            If it cannot be written.
        """
        files.write_report(Path(path), self.experiment, self._tables)

    def save(self, out: str | os.PathLike[str]) -> None:
        """Write all results to a folder, as ``simulate(..., out=folder)`` does.

        Raises
        ------
        ResultsError
            If the folder holds another experiment or cannot be written.
        """
        record = Record(out, self.experiment)
        record.start()
        record.write_results(*files.result_files(self.experiment, self._tables))

    @classmethod
    def load(cls, out: str | os.PathLike[str]) -> Self:
        """Return the results that a folder holds.

        Raises
        ------
        ResultsError
            If the folder holds none, they are not finished, or a file is damaged.
        """
        return cls.of(*files.read_results(Path(out)))
