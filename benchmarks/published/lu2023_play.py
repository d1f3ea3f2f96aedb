"""One run of the benchmark: which rows a strategy asks about, and the accuracy after each answer."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
import sklearn
from lu2023_models import KernelSVC, committee
from lu2023_protocol import N_INITIAL, Floats, Task, aubc

import querist

# What can be run; margin is there to show that on two classes it asks what least confidence asks.
STRATEGIES = ("random", "least_confidence", "k_center", "query_by_committee", "margin")


@dataclass
class Run:
    """A finished run.

    Attributes
    ----------
    rows : list of int
        Pool rows in the order they were asked.
    accuracy : list of float
        On the test part, after each answer.
    seconds : float
        Wall clock of the whole run.
    """

    rows: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def aubc(self) -> float:
        """The area under the budget curve."""
        return aubc(self.accuracy)


def play(task: Task, kernel: Floats, strategy: str) -> Run:
    """Ask about every row of the pool, refit after every answer, and return what happened.

    Parameters
    ----------
    task : Task
    kernel : ndarray of shape (n_rows, n_rows)
        ``task.kernel()``, which the strategies of one split share.
    strategy : str
        One of `STRATEGIES`.
    """
    start, run = perf_counter(), Run()
    model = KernelSVC(kernel, task.y, capacity=task.n_pool)
    for row in range(N_INITIAL):
        model.add(row)
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True), warnings.catch_warnings():
        # Members of the committee meet collinear columns and unfinished iterations, as the published ones did.
        warnings.simplefilter("ignore")
        model.fit()
        for row in _ORDERS[strategy](task, model):
            run.rows.append(row)
            model.add(row)
            model.fit()
            run.accuracy.append(model.accuracy(task.n_pool))
    run.seconds = perf_counter() - start
    return run


def _at_once(task: Task, model: KernelSVC, strategy: "querist.base.strategy.QueryStrategy", name: str) -> Iterator[int]:
    """All rows from one query: these strategies need no answers, so their batch is the sequence of single queries."""
    rows = np.arange(N_INITIAL)
    yield from strategy.query(
        task.pool, rows, task.y[rows], batch_size=task.n_pool - N_INITIAL, random_state=task.generator(name)
    ).tolist()


def _by_model(task: Task, model: KernelSVC, name: str) -> Iterator[int]:
    """Row after row, by the uncertainty of the model that is trained."""
    # Ties go to the row that stands first, as in numpy's argmax.
    strategy, rng = querist.make_strategy(name, ties="first"), task.generator(name)
    numbers = np.arange(task.n_pool, dtype=np.float64)[:, np.newaxis]
    rows = list(range(N_INITIAL))
    while len(rows) < task.n_pool:
        rows.append(int(strategy.query(numbers, rows, task.y[rows], model=model, random_state=rng)[0]))
        yield rows[-1]


def _by_committee(task: Task, model: KernelSVC) -> Iterator[int]:
    strategy = querist.make_strategy("query_by_committee", committee=committee(), method="vote_entropy")
    rng, rows = task.generator("query_by_committee"), list(range(N_INITIAL))
    while len(rows) < task.n_pool:
        rows.append(int(strategy.query(task.pool, rows, task.y[rows], random_state=rng)[0]))
        yield rows[-1]


_ORDERS = {
    "random": lambda task, model: _at_once(task, model, querist.make_strategy("random"), "random"),
    "k_center": lambda task, model: _at_once(task, model, querist.make_strategy("k_center", ties="first"), "k_center"),
    "least_confidence": lambda task, model: _by_model(task, model, "least_confidence"),
    "margin": lambda task, model: _by_model(task, model, "margin"),
    "query_by_committee": _by_committee,
}
