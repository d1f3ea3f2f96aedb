"""`simulate`: what active learning would have saved on data whose labels are known."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from querist._validation import check_positive_int
from querist.session.trained import warn_of_mismatch
from querist.simulation import figure as pictures
from querist.simulation import files
from querist.simulation.audit_table import audit_table, summarise_audit
from querist.simulation.curves import all_curves, summarise, tidy_table, timings_table
from querist.simulation.execute import count_workers, execute
from querist.simulation.experiment import describe_experiment, run_keys
from querist.simulation.findings import all_findings
from querist.simulation.metrics import check_model_can
from querist.simulation.parts import resolve_parts
from querist.simulation.problem import prepare_data
from querist.simulation.protocol import Costs, Protocol
from querist.simulation.record import Record
from querist.simulation.rules import resolve_rules
from querist.simulation.run import Run, RunKey
from querist.simulation.split import check_draws, smallest_pool
from querist.simulation.stopping_table import stopping_table, summarise_stopping

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Progress = Callable[[int, int, str], None]
_BUDGET = 200


class Simulation:
    """The results of `simulate`.

    Attributes
    ----------
    table : DataFrame
        One line per run, round and metric: dataset, estimator, strategy, repeat, n_labels, metric, value and rows
        (the rows of the caller's X asked in that round). The strategy ``(full data)`` is the same estimator
        fitted on the whole training part of that repeat.
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
    ) -> None:
        self.experiment = experiment
        self.table = table
        self.timings = timings
        self.audit = audit
        self.stopping = stopping
        self._summary: pd.DataFrame | None = None

    def __repr__(self) -> str:
        strategies = ", ".join(self.experiment["strategies"])
        estimators = ", ".join(self.experiment["estimators"])
        return f"<Simulation of {strategies} with {estimators} on {self.name!r}, {self.protocol['repeats']} repeats>"

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
        """What a reader should know about the data."""
        return list(self.experiment["notes"])

    def summary(self) -> "pd.DataFrame":
        """Return one line per estimator, metric and strategy.

        Returns
        -------
        DataFrame
            - ``repeats``: on which the metric is defined;
            - ``full_data``: mean value of the estimator fitted on the whole training part;
            - ``aulc``: mean height of the learning curve (trapezoid area over the range of label counts);
            - ``final``: mean value at the end of the budget;
            - ``difference``, ``difference_low``, ``difference_high``: AULC minus that of random in the same
              repeats, with its 95 % t interval;
            - ``p``, ``p_holm``: Wilcoxon signed-rank test of that difference, as it is and adjusted (Holm) for the
              strategies of this estimator and metric;
            - ``labels_90``, ``labels_95``, ``labels_99``: the first label count from which the mean curve stays at
              or above that percentage of ``full_data`` for three points; missing if
              that is not reached, and for log loss, where it has no meaning;
            - ``saved_90`` ..., ``saved_percent_90`` ...: labels that random needs more, absolute and in percent of
              what random needs; negative if it needs fewer.
            For log loss lower is better.
        """
        if self._summary is None:
            self._summary = summarise(self.table)
        return self._summary.copy()

    def audit_summary(self) -> "pd.DataFrame | None":
        """Return how far the audit was right, one line per estimator and strategy; None without an audit.

        Returns
        -------
        DataFrame
            - ``checkpoints``: with a figure, in all repeats; those of one run are not independent;
            - ``held``, ``coverage``: number and share of those whose interval for the model accuracy holds the test
              accuracy. The test part has an error of its own, which counts against the interval;
            - ``half_width``: mean half-width of the intervals;
            - ``bias``, ``bias_low``, ``bias_high``: mean of the audited less the test accuracy, with its 95 % t
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
            - ``regret``, ``regret_low``, ``regret_high``: mean over all runs, with its 95 % t interval.
        """
        return None if self.stopping is None else summarise_stopping(self.stopping)

    def findings(self) -> list[str]:
        """Return what was found, in words.

        One or two sentences per estimator and strategy, on the main metric; with an audit one more on how far it was
        right, and with stopping rules one for each.
        """
        found = all_findings(self.protocol, self.summary(), self.audit, self.stopping)
        return [finding.text for finding in found]

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Return the learning curves in the main metric; with `path`, also write them (.png, .svg or .pdf).

        Lines are means over the repeats, bands the 95 % t interval of the mean.

        Raises
        ------
        InvalidParameterError
            If the ending of `path` is not known.
        ResultsError
            If it cannot be written.
        """
        panels = [curves for curves in all_curves(self.table) if curves.metric == self.metrics[0]]
        drawn = pictures.draw(panels, name=self.name)
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
        files.write_report(Path(path), self)

    def save(self, out: str | os.PathLike[str]) -> None:
        """Write all results to a folder, as ``simulate(..., out=folder)`` does.

        Raises
        ------
        ResultsError
            If the folder holds another experiment or cannot be written.
        """
        record = Record(out, self.experiment)
        record.start()
        record.write_results(*files.result_files(self))

    @classmethod
    def load(cls, out: str | os.PathLike[str]) -> Self:
        """Return the results that a folder holds.

        Raises
        ------
        ResultsError
            If the folder holds none, they are not finished, or a file is damaged.
        """
        return cls(**files.read_results(Path(out)))


def simulate(
    X: Any,
    y: Any,
    *,
    strategies: Any = ("margin",),
    estimators: Any = ("logistic_regression",),
    repeats: int = 20,
    budget: int | None = None,
    batch_size: int = 10,
    initial: int = 20,
    initial_set: Literal["random", "stratified"] = "random",
    test_size: float | int = 0.25,
    X_test: Any = None,
    y_test: Any = None,
    groups: Any = None,
    metrics: Sequence[str] = ("accuracy",),
    duplicates: Literal["ask_once", "keep"] = "ask_once",
    query_estimator: Any = None,
    cold_start: Any = "random",
    warm_start: bool = False,
    audit: float = 0.0,
    stop: Any = None,
    label_cost: float = 1.0,
    error_cost: float = 1.0,
    n_future: float = 10_000,
    random_state: int = 0,
    n_jobs: int = -1,
    name: str = "data",
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Replay active learning on data whose labels are known, against random rows.

    Each repeat draws one test part, one initial set and one session seed, shared by all strategies and estimators,
    so that differences are paired. A run asks its strategy for rows, answers from `y`, refits, and measures on the
    test part, which is never asked about. The strategy ``random`` and the estimator fitted on all labels of the
    training part are always included.

    Parameters
    ----------
    X : array, CSR matrix, data frame or texts of shape (n_rows, ...)
        Never changed. Data frames and texts need a ``Pipeline`` that turns them into numbers.
    y : array-like of shape (n_rows,)
        The true classes.
    strategies : str, QueryStrategy, sequence of these, or dict of label to one of these
        Names may carry parameters: ``"margin:selection=power"``.
    estimators : str, classifier, sequence of these, or dict of label to one of these
    repeats : int, default=20
    budget : int, default=None
        Labels in total, the initial set included. None means 200, or the whole pool where it is smaller.
    batch_size : int, default=10
        Rows asked per round. The last round is smaller where that is needed to meet the budget exactly.
    initial : int, default=20
        Labels given at the start. With 0 or 1 the session's cold start asks until two classes have answers;
        rounds before that have no model and the value NaN.
    initial_set : {"random", "stratified"}, default="random"
        A simple random draw, or one with the classes' shares. If all its rows are of one class, the last is
        replaced by the next row of the random order of another class, so that a model can be fitted.
    test_size : float or int, default=0.25
        Share or number of rows held out, with the classes' shares.
    X_test, y_test : default=None
        A fixed test part; all of X is then the training part, and repeats differ in their initial sets only.
    groups : array-like of shape (n_rows,), default=None
        Rows of one group (a patient, a document, a session) stand on one side. `test_size` then is the share or
        number of groups, drawn at random and not by class: the test part is then what new groups look like.
    metrics : sequence of str, default=("accuracy",)
        Of accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc; the first is the main one. Log loss clips
        probabilities at 2.2e-16 and renormalises; a class the model has not met has probability 0. The area under
        the ROC curve of several classes is the mean of one against the rest, and NaN if the test part lacks a class.
        With an audit or stopping rules accuracy is always measured, if need be as the last.
    duplicates : {"ask_once", "keep"}, default="ask_once"
        Whether, of pool rows with identical features, only the first may be asked about. The test part stays as drawn.
    query_estimator : str or classifier, default=None
        Another classifier that asks; see `Session`.
    cold_start : str or QueryStrategy, default="random"
        See `Session`.
    warm_start : bool, default=False
        See `Session`.
    audit : float, default=0.0
        Share of the questions that follow the audit's random order; see `Session`. After at most twelve rounds of each
        run, the last among them, the audit's figures are recorded beside the true accuracy, in `Simulation.audit`;
        each costs dozens of trainings, and runs take more than ten times as long.
    stop : str, StoppingRule, sequence of these, or dict of label to one of these, default=None
        Stopping rules (`querist.stopping_rule_names`), such as ``"default"`` or ``"any(default, budget:labels=300)"``.
        They stop nothing: runs go on to the budget, so that it can be told what stopping would have cost, in
        `Simulation.stopping`. Rules that take costs are told the costs below. Rules that rest on audited answers need
        an audit; rules that look at a clock or wait for a certificate are refused.
    label_cost, error_cost : float, default=1.0
        What an answer and what a wrong prediction cost, in the same unit.
    n_future : float, default=10_000
        How many rows the model will be used on.
    random_state : int, default=0
        Every draw derives from it.
    n_jobs : int, default=-1
        Processes; -1 takes every core. Results do not depend on it: each process computes with one thread.
    name : str, default="data"
        What the data are called in tables.
    out : path, default=None
        A folder for the results. Each finished run is kept there at once; the same call resumes where it was
        interrupted. The result files are then the same, byte for byte, on one machine with the same versions.
    progress : callable, default=None
        Called with (runs done, runs in all, label of the last).

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a parameter has a value that cannot be used, such as a budget larger than the pool.
    TargetError
        If `y` has gaps, one class only, continuous numbers, or a class of one row that the split needs twice.
    ResultsError
        If `out` holds another experiment or cannot be written.
    Exception
        Whatever a classifier or strategy raises, with a note that names the run.

    Warns
    -----
    ModelMismatchWarning
        If `query_estimator` is of another class than an estimator.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> result = simulate(X, y, repeats=2, budget=20, batch_size=5, initial=10, n_jobs=1)
    >>> result
    <Simulation of random, margin with logistic_regression on 'data', 2 repeats>
    >>> sorted(set(result.table["n_labels"]))
    [10, 15, 20, 112]
    """
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    watched = bool(audit) or stop is not None
    if watched and "accuracy" not in metrics:
        metrics += ("accuracy",)  # what audit and rules are judged by
    costs = Costs(label_cost, error_cost, n_future)
    check_positive_int(initial, "initial", minimum=0)
    protocol = Protocol(
        repeats=repeats,
        budget=max(initial, 1) if budget is None else budget,
        batch_size=batch_size,
        initial=initial,
        initial_set=initial_set,
        test_size=test_size,
        metrics=metrics,
        duplicates=duplicates,
        warm_start=warm_start,
        random_state=random_state,
        name=name,
        audit=audit,
        costs=None if stop is None else costs,
    )
    n_workers = count_workers(n_jobs)
    parts = resolve_parts(strategies, estimators, cold_start, query_estimator)
    parts = parts.with_rules(resolve_rules(stop, costs, audit=audit, estimators=parts.estimators))
    data = prepare_data(X, y, groups=groups, X_test=X_test, y_test=y_test, ask_once=duplicates == "ask_once")
    for label, estimator in parts.estimators.items():
        check_model_can(estimator, label, metrics, data.problem.classes.size)
    if budget is None:
        protocol = dataclasses.replace(
            protocol, budget=min(max(_BUDGET, initial), smallest_pool(data.problem, protocol))
        )
    check_draws(data.problem, protocol)
    if parts.query_estimator is not None:
        warn_of_mismatch(parts.query_estimator, parts.estimators, stacklevel=2)
    experiment = describe_experiment(protocol, parts, data)
    record = None if out is None else Record(out, experiment)
    if record is not None:
        record.start()
    keys = run_keys(protocol, parts)
    runs = {} if record is None else record.finished(keys)
    missing = [key for key in keys if key not in runs]
    execute(
        data.problem,
        protocol,
        parts,
        missing,
        n_workers=n_workers,
        record=record,
        done=_collector(runs, len(keys), progress),
    )
    ordered = [runs[key] for key in keys]
    simulation = Simulation(
        experiment,
        tidy_table(ordered, metrics, name),
        timings_table(ordered, name),
        audit_table(ordered, name) if audit else None,
        stopping_table(ordered, metrics, costs, name) if parts.rules else None,
    )
    if record is not None:
        record.write_results(*files.result_files(simulation))
    return simulation


def _collector(runs: dict[RunKey, Run], total: int, progress: Progress | None) -> Callable[[Run], None]:
    def done(run: Run) -> None:
        runs[run.key] = run
        if progress is not None:
            progress(len(runs), total, f"{run.key.estimator}, {run.key.strategy}, repeat {run.key.repeat}")

    return done
