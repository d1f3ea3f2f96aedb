"""`simulate`: what active learning would have saved on data whose labels are known."""

import os
from collections.abc import Sequence
from typing import Any, Literal

from querist.simulation.options import Options
from querist.simulation.parts import of_goal
from querist.simulation.prepared import Prepared, Progress
from querist.simulation.problem import prepare_data
from querist.simulation.results import Simulation

# Labels in total where nobody says how many.
BUDGET = 200


def simulate(
    X: Any,
    y: Any,
    *,
    strategies: Any = None,
    estimators: Any = None,
    repeats: int = 20,
    budget: int | None = None,
    batch_size: int = 10,
    initial: int = 20,
    initial_set: Literal["random", "stratified"] = "random",
    test_size: float | int = 0.25,
    X_test: Any = None,
    y_test: Any = None,
    groups: Any = None,
    sample_weight: Any = None,
    costs: Any = None,
    metrics: Sequence[str] | None = None,
    duplicates: Literal["ask_once", "keep"] = "ask_once",
    query_estimator: Any = None,
    cold_start: Any = "random",
    warm_start: bool = False,
    audit: float | str = 0.0,
    stop: Any = None,
    label_cost: float = 1.0,
    error_cost: float = 1.0,
    n_future: float = 10_000,
    random_state: int = 0,
    n_jobs: int = -1,
    name: str = "data",
    out: str | os.PathLike[str] | None = None,
    trust_parts: bool = False,
    progress: Progress | None = None,
    goal: str | None = None,
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
        The true classes; with regressors, the targets: finite numbers.
    strategies : str, QueryStrategy, sequence of these, or dict of label to one of these, default=None
        Names may carry parameters: ``"margin:selection=power"``. None: that of the goal; without a goal ``"margin"``,
        with regressors ``"igs"``.
    estimators : str, classifier or regressor, sequence of these, or dict of label to one of these, default=None
        None: that of the goal; without a goal ``"logistic_regression"``. Regressors make it a regression: the split is
        then at random and not by class, and audit, stopping rules and a stratified initial set are refused.
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
    sample_weight : array-like of shape (n_rows,), default=None
        What each row of X weighs when a classifier is trained with it, above 0; see `Session.tell`. Metrics count the
        rows of the test part, each once.
    costs : array-like of shape (n_rows,), default=None
        What the label of each row costs, above 0; see `Session`. Strategies other than random ask for the most utility
        per cost, the table says what was spent by the end of each round (`cost`), `Simulation.at_cost` what a sum
        buys, and the stopping rule ``cost`` counts it. `budget` and the learning curves go on to count labels.
    metrics : sequence of str, default=None
        None: accuracy, with regressors rmse. Of accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc, and, of the
        rarest class of the test part, rare_recall, rare_precision, rare_average_precision; the first is the main one.
        Log loss clips probabilities at 2.2e-16 and renormalises; a class the model has not met has probability 0. The
        area under the ROC curve of several classes is the mean of one against the rest, and NaN if the test part lacks
        a class. Of regressors: rmse and mae, for which lower is better, and r2.
        With an audit or stopping rules accuracy is always measured, if need be as the last.
    duplicates : {"ask_once", "keep"}, default="ask_once"
        Whether, of pool rows with identical features, only the first may be asked about. The test part stays as drawn.
    query_estimator : str or classifier, default=None
        Another classifier that asks; see `Session`.
    cold_start : str or QueryStrategy, default="random"
        See `Session`.
    warm_start : bool, default=False
        See `Session`.
    audit : float or str, default=0.0
        Share of the questions that follow the audit's random order, or "measure"; see `Session`. After at most twelve
        rounds of each run, the last among them, the audit's figures are recorded beside the true accuracy, in
        `Simulation.audit`;
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
        Processes at most; -1 takes every core. This process does what takes it less than some ten seconds. Where a
        backend was chosen (``joblib.parallel_config(backend="dask")``) that does all runs, and -1 takes all that it
        has. Results do not depend on any of it: each process computes with one thread.
    name : str, default="data"
        What the data are called in tables.
    out : path, default=None
        A folder for the results. Each finished run is kept there at once; the same call resumes where it was
        interrupted. The result files are then the same, byte for byte, on one machine with the same versions. What was
        edited in between is refused, also where its name is the same: of parameters the values are compared, of
        functions and classes of your own the code (not its comments or its place), with what it refers to.
    trust_parts : bool, default=False
        Whether runs in `out` are taken for those of these strategies, estimators and rules although something about
        them differs: code that was edited without a change in what it does, or objects that show nothing of themselves.
    progress : callable, default=None
        Called with (runs done, runs in all, label of the last).
    goal : str, default=None
        ``"screening"`` compares the strategy and the model that go with it; see `Session`. Where names do not say which
        of two classes is relevant, it is the rarer one. How soon all relevant rows are found, when all are read, is
        what `querist.simulation.screening.screen` tells.

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a parameter has a value that cannot be used, such as a budget larger than the pool, or there are weights and
        a classifier takes none.
    TargetError
        If `y` has gaps, one class only, continuous numbers, or a class of one row that the split needs twice; with
        regressors, if a target is no finite number, or all are equal.
    ResultsError
        If `out` holds another experiment or cannot be written.
    Exception
        Whatever a classifier or strategy raises, with a note that names the run.

    Warns
    -----
    ModelMismatchWarning
        If `query_estimator` is of another class than an estimator.
    AlikeLabelsWarning
        If only case, blanks or Unicode forms tell two classes apart.

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
    strategies, estimators = of_goal(goal, y, strategies, estimators)
    options = Options.checked(
        strategies=strategies, estimators=estimators, repeats=repeats, budget=budget, batch_size=batch_size,
        initial=initial, initial_set=initial_set, test_size=test_size, metrics=metrics, duplicates=duplicates,
        query_estimator=query_estimator, cold_start=cold_start, warm_start=warm_start, audit=audit, stop=stop,
        label_cost=label_cost, error_cost=error_cost, n_future=n_future, random_state=random_state, n_jobs=n_jobs,
        name=name,
    )  # fmt: skip
    data = prepare_data(
        X, y, groups=groups, X_test=X_test, y_test=y_test, ask_once=duplicates == "ask_once",
        sample_weight=sample_weight, costs=costs, task=options.parts.task,
    )  # fmt: skip
    most = max(BUDGET, initial) if budget is None else None
    return Prepared.of(options, data, most=most, out=out, stacklevel=3).run(progress, trust_parts=trust_parts)
