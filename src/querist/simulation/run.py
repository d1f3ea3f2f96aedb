"""One run: a session that asks an oracle until the budget is spent, measured after every round."""

import math
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool, Task
from querist._validation import take_rows
from querist.base.adapted import adapted
from querist.exceptions import AlikeLabelsWarning, ModelMismatchWarning, ModelWaitsWarning, NotEnoughLabelsError
from querist.learners.refit import Refitter
from querist.learners.refit_regressor import RegressorRefitter
from querist.session import Session
from querist.session.events import Asked
from querist.simulation.metrics import Evaluator
from querist.simulation.oracle import Oracle
from querist.simulation.parts import Parts
from querist.simulation.problem import Problem
from querist.simulation.protocol import FULL_DATA, Protocol
from querist.simulation.split import Repeat, draw_repeat
from querist.simulation.targets import TargetEvaluator
from querist.simulation.watch import Audited, Stopped, Watch, checkpoints


class RunKey(NamedTuple):
    """Which run; the full-data value is a run of the strategy ``(full data)``."""

    estimator: str
    strategy: str
    repeat: int


class OutOfTimeError(Exception):
    """A run took longer than it was given."""


class Waited(NamedTuple):
    """At how many labels the classifier could not be trained for want of answers, and what it waited for."""

    n_labels: int
    why: str


class Round(NamedTuple):
    """What was asked in one round, and how good the model was after it."""

    n_labels: int
    # Rows of the caller's X, the most useful first.
    rows: list[int]
    # One per metric; NaN where there was no model, or the metric is undefined.
    values: list[float]


@dataclass
class Run:
    """A finished run."""

    key: RunKey
    rounds: list[Round] = field(default_factory=list)
    # Wall-clock seconds: fit, ask (scoring the pool included), evaluate; watch, where there is something to watch.
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("fit", "ask", "evaluate"), 0.0))
    # With an audit, and with stopping rules.
    audited: list[Audited] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)
    waited: list[Waited] = field(default_factory=list)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Add the block's wall-clock time."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - start


class Stage:
    """One repeat, drawn and cut out of the data once for all runs that share it.

    Parameters
    ----------
    problem : Problem
    protocol : Protocol
    number : int
        The repeat.
    """

    def __init__(self, problem: Problem, protocol: Protocol, number: int) -> None:
        self.protocol = protocol
        self.draws: Repeat = draw_repeat(problem, protocol, number)
        self._problem = problem
        if self.draws.test is None:
            test_X, truth = problem.X_test, problem.test_codes
            assert truth is not None
        else:
            test_X, truth = _cut(problem.X, self.draws.test), problem.codes[self.draws.test]
        self.n_test = int(truth.size)
        self.evaluator: Evaluator | TargetEvaluator
        if problem.task == "regression":
            self.evaluator = TargetEvaluator(test_X, truth, protocol.metrics)
        else:
            self.evaluator = Evaluator(test_X, truth, problem.classes, protocol.metrics)
        self.oracle_labels: AnyArray = problem.labels[self.draws.pool]
        self.costs = None if problem.costs is None else problem.costs[self.draws.pool]
        self.oracle_weights = None if problem.weights is None else problem.weights[self.draws.pool]

    @cached_property
    def pool(self) -> Pool:
        """The rows that may be asked about: a copy of them, the data themselves if that is all."""
        return _cut(self._problem.X, self.draws.pool)

    @property
    def task(self) -> Task:
        """What the models predict."""
        return self._problem.task

    @property
    def training(self) -> tuple[Pool, AnyArray, FloatArray | None]:
        """Everything that may be trained on: rows, labels, weights."""
        rows, problem = self.draws.training, self._problem
        if rows.size == self.draws.pool.size:
            return self.pool, self.oracle_labels, self.oracle_weights
        weights = None if problem.weights is None else problem.weights[rows]
        return _cut(problem.X, rows), problem.labels[rows], weights


def _cut(X: Pool, rows: IntArray) -> Pool:
    # The rows are ascending and distinct: as many as there are means all of them.
    part = X if len(rows) == X.shape[0] else take_rows(X, rows)
    # Workers are handed large arrays as memory maps; models shall see ordinary arrays everywhere.
    return np.asarray(part) if isinstance(part, np.ndarray) else part


def play(stage: Stage, key: RunKey, parts: Parts, *, patience: float | None = None) -> Run:
    """Carry out one run.

    Parameters
    ----------
    patience : float, default=None
        After so many seconds it is given up between two rounds.

    Raises
    ------
    OutOfTimeError
        If it was given up.
    Exception
        Whatever the classifier or the strategy raises, with a note that names the run.
    """
    try:
        if key.strategy == FULL_DATA:
            return _full_data(stage, key, parts.estimators[key.estimator])
        with warnings.catch_warnings():
            # Told in the results' notes.
            warnings.simplefilter("ignore", ModelWaitsWarning)
            # Told when the data were checked.
            warnings.simplefilter("ignore", AlikeLabelsWarning)
            return _ask_and_tell(stage, key, parts, patience)
    except OutOfTimeError:
        raise
    except Exception as error:
        error.add_note(f"Raised in the run of estimator {key.estimator}, strategy {key.strategy}, repeat {key.repeat}.")
        raise


def _ask_and_tell(stage: Stage, key: RunKey, parts: Parts, patience: float | None) -> Run:
    protocol, draws, run = stage.protocol, stage.draws, Run(key)
    with warnings.catch_warnings():
        # The caller of `simulate` has been told once.
        warnings.simplefilter("ignore", ModelMismatchWarning)
        session = Session(
            stage.pool,
            estimator=parts.estimators[key.estimator],
            strategy=parts.strategies[key.strategy],
            cold_start=parts.cold_start,
            query_estimator=parts.query_estimator,
            warm_start=protocol.warm_start,
            audit=protocol.audit,
            random_state=draws.seed,
            costs=stage.costs,
        )
    oracle = Oracle(stage.oracle_labels, stage.oracle_weights)
    watch = _watch(stage, session, parts)
    asked = np.searchsorted(draws.pool, draws.initial)
    counts = protocol.label_counts()
    told = checkpoints(len(counts))
    start = time.perf_counter()
    for number, n_labels in enumerate(counts):
        if patience is not None and time.perf_counter() - start > patience:
            raise OutOfTimeError
        wanted = n_labels - oracle.n_answers
        if oracle.n_answers or not asked.size:
            with run.timed("ask"):
                asked = _asked(session, wanted)
        session.tell(asked, oracle.ask(asked), sample_weight=oracle.weights(asked))
        with run.timed("fit"):
            model = _fitted(session)
        if session.waiting:
            run.waited.append(Waited(n_labels, session.waiting))
        with run.timed("evaluate"):
            values = stage.evaluator.evaluate(model)
        run.rounds.append(Round(n_labels, draws.pool[asked].tolist(), values))
        if watch is not None and model is not None and not session.waiting:
            with run.timed("watch"):
                watch.look(values[protocol.metrics.index("accuracy")], checkpoint=number in told)
    if watch is not None:
        run.audited, run.stopped = watch.audited, watch.stopped
    return run


def _asked(session: Session, wanted: int) -> IntArray:
    """Ask; return the strategy's rows, the most useful first, then those of the audit.

    People get them mixed, so as not to know which are which. An oracle treats all alike, and experiments that earlier
    versions began, which told answers in this order, are gone on with as they began.
    """
    session.ask(wanted)
    groups = [event for event in session.events[-2:] if isinstance(event, Asked)]
    latest = [event for event in groups if event.round == groups[-1].round]
    return np.concatenate([event.rows for event in sorted(latest, key=lambda event: event.how == "audit")])


def _watch(stage: Stage, session: Session, parts: Parts) -> Watch | None:
    protocol = stage.protocol
    if not protocol.audit and not parts.rules:
        return None
    return Watch(
        session,
        stage.pool,
        stage.oracle_labels,
        parts.rules,
        seed=stage.draws.seed,
        audit=bool(protocol.audit),
        label_cost=protocol.costs.label_cost if protocol.costs else 1.0,
        test_rows=stage.n_test,
    )


def _fitted(session: Session) -> Model:
    try:
        return adapted(session.fit(partial=True), session.labels)
    except NotEnoughLabelsError:
        return None


def _full_data(stage: Stage, key: RunKey, estimator: Model) -> Run:
    run = Run(key)
    X, labels, weights = stage.training
    with run.timed("fit"):
        if stage.task == "regression":
            whole = RegressorRefitter(estimator, seed=stage.draws.seed)
            model = whole.fit(X, labels, finite=False, weights=weights)
        else:
            model = _full_classifier(stage, run, estimator)
    with run.timed("evaluate"):
        values = stage.evaluator.evaluate(model)
    run.rounds.append(Round(len(labels), [], values))
    return run


def _full_classifier(stage: Stage, run: Run, estimator: Model) -> Model:
    X, labels, weights = stage.training
    refitter = Refitter(estimator, seed=stage.draws.seed)
    try:
        return refitter.fit_or_wait(X, labels, pool=X, rows=np.arange(len(labels)), finite=False, weights=weights)
    except NotEnoughLabelsError as error:
        run.waited.append(Waited(len(labels), str(error)))
        return refitter.fit_known(X, labels, finite=False, weights=weights)


def to_json(run: Run) -> dict[str, Any]:
    """Return a run as JSON takes it; NaN becomes None."""
    rounds = [
        [item.n_labels, item.rows, [None if math.isnan(value) else value for value in item.values]]
        for item in run.rounds
    ]
    watched = {"audited": run.audited, "stopped": run.stopped} if run.audited or run.stopped else {}
    waited = {"waited": run.waited} if run.waited else {}
    return {"key": list(run.key), "rounds": rounds, **watched, **waited, "seconds": run.seconds}


def from_json(saved: dict[str, Any]) -> Run:
    """Return the run that `to_json` described."""
    rounds = [
        Round(n_labels, rows, [float("nan") if value is None else value for value in values])
        for n_labels, rows, values in saved["rounds"]
    ]
    return Run(
        RunKey(*saved["key"]),
        rounds,
        saved["seconds"],
        [Audited(*values) for values in saved.get("audited", [])],
        [Stopped(*values) for values in saved.get("stopped", [])],
        [Waited(*values) for values in saved.get("waited", [])],
    )
