"""Laws of invariance: names, order and containers carry no meaning."""

import copy
from dataclasses import replace
from typing import Any

import numpy as np

from querist._typing import AnyArray, IntArray, Model
from querist.base.strategy import QueryStrategy
from querist.checks.problems import (
    Problem,
    asks_for_classifiers,
    gaussian,
    of_classes,
    picks_agree,
    same_utilities,
    solvable,
    told,
    usual,
)
from querist.exceptions import UnsupportedModelError

_DRAWS = 150


def check_row_order(strategy: QueryStrategy) -> None:
    """Permuting the pool permutes the utilities; random ones keep their distribution."""
    if strategy.stochastic or strategy.candidates is not None:
        _check_distribution(strategy)
        return
    name = type(strategy).__name__
    for problem in solvable(strategy):
        order = np.random.default_rng(1).permutation(problem.X.shape[0])
        _, utilities = problem.query(copy.deepcopy(strategy))
        _, moved = _permuted(problem, order).query(copy.deepcopy(strategy))
        assert same_utilities(utilities[order], moved, tolerance=1e-7), (
            f"{name}: utilities change with the order of the rows in X; a row number must carry no meaning."
        )


def _permuted(problem: Problem, order: IntArray) -> Problem:
    """Return the problem whose row i is row ``order[i]`` of `problem`."""
    place = np.argsort(order)
    return Problem(problem.X[order], place[problem.rows], problem.labels, problem.model)


def _check_distribution(strategy: QueryStrategy) -> None:
    """Compare how often each row is asked first, before and after a permutation (chi-square, fixed seeds)."""
    from scipy.stats import chi2_contingency

    problem = usual(strategy, n_pool=12)
    # Reversed: rows that were favoured for their number would be the others.
    order = np.arange(12)[::-1].copy()
    moved = _permuted(problem, order)
    used = copy.deepcopy(strategy)
    counts = np.zeros((2, 12))
    for seed in range(_DRAWS):
        counts[0, problem.query(used, random_state=seed, batch_size=1)[0]] += 1
        counts[1, order[moved.query(used, random_state=_DRAWS + seed, batch_size=1)[0]]] += 1
    counts = counts[:, counts.sum(axis=0) > 0]
    p_value = chi2_contingency(counts).pvalue if counts.shape[1] > 1 else 1.0
    assert p_value > 1e-4, (
        f"{type(strategy).__name__}: which row is asked first depends on the order of the rows in X "
        f"(p = {p_value:.1g} over {2 * _DRAWS} queries)."
    )


def check_class_names(strategy: QueryStrategy) -> None:
    """Renaming the classes, in their order or against it, changes nothing."""
    for problem in of_classes(strategy):
        first = problem.query(copy.deepcopy(strategy))
        n_classes = int(problem.labels.max()) + 1
        for what, names in (
            ("keeps", 3 * np.arange(n_classes) - 1),
            ("reverses", n_classes - 1 - np.arange(n_classes)),
        ):
            other = problem.with_labels(names[problem.labels]).query(copy.deepcopy(strategy))
            assert picks_agree(first, other, tolerance=1e-7), (
                f"{type(strategy).__name__}: a renaming of the classes that {what} their order changes the answer "
                f"from {first[0].tolist()} to {other[0].tolist()}."
            )


def check_label_types(strategy: QueryStrategy) -> None:
    """Labels may be int, str or bool, targets float or int, in an array or a list."""
    name = type(strategy).__name__
    if not asks_for_classifiers(strategy):
        _check_target_types(strategy)
        return
    problem = gaussian()
    first = problem.query(copy.deepcopy(strategy))
    versions: dict[str, AnyArray] = {
        "str": np.array(["ham", "spam"])[problem.labels],
        "object": np.array(["ham", "spam"], object)[problem.labels],
        "bool": problem.labels.astype(bool),
    }
    for kind, labels in versions.items():
        renamed = problem.with_labels(labels)
        for passed in (labels, labels.tolist()):
            with told(f"{name} failed on {kind} labels in a {type(passed).__name__}"):
                other = Problem(problem.X, problem.rows, passed, renamed.model).query(copy.deepcopy(strategy))
            assert picks_agree(first, other, tolerance=1e-7), f"{name}: {kind} labels change the answer."


def _check_target_types(strategy: QueryStrategy) -> None:
    problem, name = usual(strategy), type(strategy).__name__
    whole = problem.with_labels(np.rint(problem.labels))
    first = whole.query(copy.deepcopy(strategy))
    for passed in (whole.labels.tolist(), whole.labels.astype(np.int64), whole.labels.astype(np.float32)):
        with told(f"{name} failed on targets in a {type(passed).__name__}"):
            other = Problem(whole.X, whole.rows, passed, whole.model).query(copy.deepcopy(strategy))
        assert picks_agree(first, other, tolerance=1e-7), f"{name}: the type of the targets changes the answer."


def check_containers(strategy: QueryStrategy) -> None:
    """X may be an array of float64 or float32, a nested list, a data frame or a CSR matrix."""
    import pandas as pd
    import scipy.sparse

    problem = usual(strategy)
    X, name = problem.X, type(strategy).__name__
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    versions: dict[str, tuple[Any, Any]] = {
        "array": (X, X),
        "float32": (X.astype(np.float32), X.astype(np.float32)),
        "nested list": (X.tolist(), X),
        "data frame": (frame, frame),
        "CSR matrix": (scipy.sparse.csr_matrix(X), scipy.sparse.csr_matrix(X)),
        "CSR array": (scipy.sparse.csr_array(X), scipy.sparse.csr_array(X)),
    }
    model, first = _for_containers(strategy, problem), None
    for kind, (passed, indexable) in versions.items():
        known = indexable.iloc[problem.rows] if kind == "data frame" else indexable[problem.rows]
        if kind.startswith("CSR") and model is problem.model:
            continue
        fitted = copy.deepcopy(model).fit(known, problem.labels)
        with told(f"{name} failed on X as {kind}"):
            answer = Problem(passed, problem.rows, problem.labels, fitted).query(copy.deepcopy(strategy))
        first = answer if first is None else first
        assert picks_agree(first, answer, tolerance=1e-4), f"{name}: X as {kind} changes the answer."


def _for_containers(strategy: QueryStrategy, problem: Problem) -> Model:
    """Return a model that takes every container; where a strategy refuses that of numbers, the problem's own."""
    from sklearn.linear_model import Ridge
    from sklearn.naive_bayes import MultinomialNB

    if asks_for_classifiers(strategy):
        return MultinomialNB()
    try:
        replace(problem, model=Ridge()).with_labels(problem.labels).query(copy.deepcopy(strategy))
    except UnsupportedModelError:
        return problem.model
    return Ridge()


def check_decision_function(strategy: QueryStrategy) -> None:
    """A model without probabilities serves, or is refused by an error that names the remedy."""
    from sklearn.linear_model import RidgeClassifier

    if not asks_for_classifiers(strategy):
        return
    name = type(strategy).__name__
    for problem in (gaussian(2), gaussian(3)):
        model = RidgeClassifier().fit(problem.X[problem.rows], problem.labels)
        try:
            Problem(problem.X, problem.rows, problem.labels, model).query(copy.deepcopy(strategy))
        except UnsupportedModelError as error:
            if "CalibratedClassifierCV" not in str(error):
                raise AssertionError(
                    f"{name} refuses a model without predict_proba; the error must name CalibratedClassifierCV: {error}"
                ) from error
        except Exception as error:
            if _refuses(strategy, problem):
                continue
            raise AssertionError(
                f"{name} must work with decision_function or raise UnsupportedModelError, "
                f"got {type(error).__name__}: {error}"
            ) from error


def _refuses(strategy: QueryStrategy, problem: Problem) -> bool:
    """Whether the strategy refuses the problem whatever the model is (see `solvable`)."""
    n_classes = int(problem.labels.max()) + 1
    return n_classes not in {int(accepted.labels.max()) + 1 for accepted in of_classes(strategy)}


INVARIANCE_CHECKS = (
    check_row_order,
    check_class_names,
    check_label_types,
    check_containers,
    check_decision_function,
)
