"""Laws of refusal: what cannot be answered is an error of Querist, never a silent repair."""

import copy
from typing import Any

import numpy as np

from querist.base.strategy import QueryStrategy
from querist.checks.problems import Problem, asks_for_classifiers, gaussian, numeric, usual
from querist.exceptions import (
    EmptyPoolError,
    InvalidParameterError,
    InvalidRowsError,
    NotEnoughLabelsError,
    PoolExhaustedError,
)


def check_no_labels(strategy: QueryStrategy) -> None:
    """Without answers and model: rows from a strategy that needs no model, else `NotEnoughLabelsError`."""
    full = usual(strategy)
    empty = Problem(full.X, np.empty(0, np.int64), np.empty(0, full.labels.dtype), None)
    if strategy.needs_model:
        _expect(NotEnoughLabelsError, strategy, empty, "no answers and no model")
        return
    name = type(strategy).__name__
    try:
        chosen, _ = empty.query(copy.deepcopy(strategy))
    except NotEnoughLabelsError:
        # A committee of the user's own needs no model, but answers to fit its members.
        return
    except Exception as error:
        raise AssertionError(
            f"{name} says that it needs no model, but without answers it raised {type(error).__name__}: {error}"
        ) from error
    assert chosen.size == 3, f"{name} returned {chosen.size} rows instead of 3 when there are no answers."


def check_one_class(strategy: QueryStrategy) -> None:
    """Answers of one class: rows from a strategy that needs no model, else `NotEnoughLabelsError`."""
    from sklearn.naive_bayes import GaussianNB

    if not asks_for_classifiers(strategy):
        return
    full = gaussian()
    rows = full.rows[full.labels == 0]
    labels = np.zeros(rows.size, np.int64)
    problem = Problem(full.X, rows, labels, GaussianNB().fit(full.X[rows], labels))
    if strategy.needs_model:
        _expect(NotEnoughLabelsError, strategy, problem, "answers of one class only")
        return
    try:
        problem.query(copy.deepcopy(strategy))
    except NotEnoughLabelsError:
        return
    except Exception as error:
        raise AssertionError(
            f"{type(strategy).__name__} says that it needs no model, but with answers of one class it raised "
            f"{type(error).__name__}: {error}"
        ) from error


def check_everything_answered(strategy: QueryStrategy) -> None:
    """No row left is `EmptyPoolError`."""
    full = usual(strategy)
    rows = np.arange(full.X.shape[0])
    labels = rows % 2
    _expect(EmptyPoolError, strategy, Problem(full.X, rows, labels, full.model), "every row answered", batch_size=1)
    _expect(EmptyPoolError, strategy, full, "an empty list of candidates", candidates=[], batch_size=1)


def check_batch_larger_than_left(strategy: QueryStrategy) -> None:
    """A batch larger than what is left is `PoolExhaustedError`: it is never shrunk."""
    problem = usual(strategy)
    left = problem.free.size
    _expect(PoolExhaustedError, strategy, problem, f"batch_size={left + 1} with {left} rows left", batch_size=left + 1)
    _expect(PoolExhaustedError, strategy, problem, "three rows of two", candidates=problem.free[:2], batch_size=3)


def check_answered_candidates(strategy: QueryStrategy) -> None:
    """A candidate that already has an answer is `InvalidRowsError`."""
    problem = usual(strategy)
    candidates = np.append(problem.free, problem.rows[0])
    _expect(InvalidRowsError, strategy, problem, "a candidate that is answered", candidates=candidates)


def check_wrong_arguments(strategy: QueryStrategy) -> None:
    """Rows of a wrong type, repeated or out of range, labels too few, and batches below 1 are errors."""
    problem = usual(strategy)
    total = problem.X.shape[0]
    free = problem.free
    mask = np.ones(total, bool)
    wrong: dict[str, Any] = {
        "candidates as floats": free.astype(float),
        "candidates as a mask": mask,
        "candidates as strings": free.astype(str),
        "a candidate twice": free[[0, 0, 1]],
        "a candidate beyond the pool": np.append(free, total),
        "a negative candidate": np.append(free, -1),
    }
    for what, candidates in wrong.items():
        _expect(InvalidRowsError, strategy, problem, what, candidates=candidates, batch_size=1)
    for size in (0, -1, 1.0, True):
        _expect(InvalidParameterError, strategy, problem, f"batch_size={size!r}", batch_size=size)
    floats = Problem(problem.X, problem.rows.astype(float), problem.labels, problem.model)
    _expect(InvalidRowsError, strategy, floats, "answered rows as floats")
    short = Problem(problem.X, problem.rows, problem.labels[1:], problem.model)
    _expect(InvalidParameterError, strategy, short, "fewer labels than rows")


def check_other_models(strategy: QueryStrategy) -> None:
    """A regressor is refused by a strategy that asks on behalf of classifiers, and the other way round."""
    for task, problem in (("classification", gaussian()), ("regression", numeric())):
        if task not in strategy.tasks:
            _expect(InvalidParameterError, strategy, problem, f"a model for {task}, which is not among its tasks")


def _expect(kind: type[Exception], strategy: QueryStrategy, problem: Problem, what: str, **options: Any) -> None:
    name = type(strategy).__name__
    try:
        chosen, _ = problem.query(copy.deepcopy(strategy), **options)
    except kind as error:
        if not str(error).strip():
            raise AssertionError(f"{name} raised {kind.__name__} without a message for {what}.") from error
        return
    except Exception as error:
        raise AssertionError(
            f"{name} must raise {kind.__name__} for {what}, got {type(error).__name__}: {error}"
        ) from error
    raise AssertionError(f"{name} must raise {kind.__name__} for {what}, but returned {chosen.tolist()}.")


ERROR_CHECKS = (
    check_no_labels,
    check_one_class,
    check_everything_answered,
    check_batch_larger_than_left,
    check_answered_candidates,
    check_wrong_arguments,
    check_other_models,
)
