"""Whether a classifier that cannot be fitted only needs more answers, how many, and what to do until then."""

import re
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from querist._typing import AnyArray, IntArray, Label, Model, Pool
from querist._validation import n_rows, take_rows
from querist.base.contract import parts_of

Fit = Callable[[Pool, AnyArray], Model]
# Who cannot be fitted with so many answers of every class has another trouble than too few,
ENOUGH = 30
# unless a parameter of this name asks for more.
_SIZES = ("cv", "n_splits", "n_neighbors", "n_components", "min_df", "min_samples")
# Splitters that scikit-learn takes where ``cv`` is None.
_FOLDS = 5
_EARLY = 2


def needed_of_each(estimator: Model) -> int:
    """Return how many answers of each class a classifier is known to need: as many as its folds; 1 if nothing is known.

    Examples
    --------
    >>> from sklearn.calibration import CalibratedClassifierCV
    >>> needed_of_each(CalibratedClassifierCV(cv=3))
    3
    """
    return max([1, *(_needed_by(part) for part in parts_of(estimator).values())])


def enough_of_each(estimator: Model) -> int:
    """Return how many answers of each class are enough for a classifier, going by its parameters.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> enough_of_each(KNeighborsClassifier(5)), enough_of_each(KNeighborsClassifier(100))
    (30, 100)
    """
    sizes = [
        int(value)
        for name, value in estimator.get_params(deep=True).items()
        if name.rpartition("__")[2] in _SIZES and isinstance(value, int | np.integer) and not isinstance(value, bool)
    ]
    return max([ENOUGH, needed_of_each(estimator), *sizes])


def _needed_by(part: Model) -> int:
    params = part.get_params(deep=False)
    if "cv" in params and not _goes_without(part, params):
        folds = params["cv"]
        folds = _FOLDS if folds is None else getattr(folds, "n_splits", folds)
        if isinstance(folds, int | np.integer) and not isinstance(folds, bool):
            return int(folds)
    return _EARLY if params.get("early_stopping") is True else 1


def _goes_without(part: Model, params: dict[str, Any]) -> bool:
    # Ridge leaves out one row at a time without fitting anew.
    return params["cv"] is None and type(part).__name__.startswith("Ridge")


def fewest(labels: AnyArray) -> int:
    """Return how many answers the class with the fewest has."""
    return min(Counter(labels.tolist()).values())


def other_trouble(fit: Fit, X: Pool, labels: AnyArray, enough: int, others: Pool) -> Exception | None:
    """Return what keeps a classifier from being fitted to more answers of the same kind; None if nothing does.

    That is tried: on the answered rows, repeated until each class has `enough`, and where that fails too (repeated
    rows have no spread) on them and other rows of the pool, with made-up labels. A wrong parameter, or a gap
    in X, stays wrong.

    Parameters
    ----------
    fit : callable
        From rows and labels to a fitted classifier; raises what the classifier raises.
    X : pool of shape (n_labelled, ...)
    labels : ndarray of shape (n_labelled,)
    enough : int
    others : pool
        From `others_of`, for the second trial.

    Returns
    -------
    Exception or None
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        error = _raised(fit, *_repeated(X, labels, enough))
        if error is None:
            return None
        made_up = np.unique(labels)[np.arange(n_rows(others)) % np.unique(labels).size]
        return None if _raised(fit, others, made_up) is None else error


def others_of(X: Pool, rows: IntArray, labels: AnyArray, enough: int) -> Pool:
    """Return the answered rows of a pool and evenly spread others, `enough` for each class or as many as there are."""
    n = min(n_rows(X), enough * np.unique(labels).size)
    return take_rows(X, np.union1d(rows, np.linspace(0, n_rows(X) - 1, n).astype(np.int64)))


def _repeated(X: Pool, labels: AnyArray, enough: int) -> tuple[Pool, AnyArray]:
    rows = np.concatenate([np.resize(np.flatnonzero(labels == label), enough) for label in np.unique(labels)])
    return take_rows(X, rows), labels[rows]


def _raised(fit: Fit, X: Pool, labels: AnyArray) -> Exception | None:
    try:
        fit(X, labels)
    except MemoryError:
        raise
    except Exception as error:
        return error
    return None


def kept_classes(labels: AnyArray, needed: int) -> list[IntArray]:
    """Return which answers to try instead, the most first: without the classes that have fewest, then fewer ...

    A class with as many answers as anybody could need stays; at least two classes are left.

    Parameters
    ----------
    labels : ndarray of shape (n_labelled,)
    needed : int
        Classes with fewer answers are left out from the beginning.

    Examples
    --------
    >>> [kept.tolist() for kept in kept_classes(np.array(["a", "b", "a", "b", "c"]), 1)]
    [[0, 1, 2, 3]]
    """
    counts = Counter(labels.tolist())
    tried: list[IntArray] = []
    for level in sorted({count for count in counts.values() if count < ENOUGH} | {needed - 1}):
        stay = [label for label, count in counts.items() if count > level]
        if needed - 1 <= level and 2 <= len(stay) < len(counts):
            kept = np.flatnonzero(np.isin(labels, np.array(stay, labels.dtype)))
            if not tried or kept.size < tried[-1].size:
                tried.append(kept)
    return tried


def told(estimator: Model, labels: AnyArray, error: Exception) -> str:
    """Return in words what a classifier waits for: which classes have few answers, and how many are needed."""
    counts = Counter(labels.tolist())
    needed = needed_of_each(estimator)
    few: list[tuple[Label, int]] = [item for item in counts.items() if item[1] < max(needed, 2)]
    few = sorted(few or counts.items(), key=lambda item: item[1])
    listed = ", ".join(f"{label!r} has {count}" for label, count in few[:5]) + ", ..." * (len(few) > 5)
    least = f" At least {needed} of each class are needed." if needed > 1 else ""
    first = str(error).strip().partition("\n")[0]
    return (
        f"{type(estimator).__name__} cannot be trained on these {len(labels)} answers yet, and it can with more: "
        f"{listed}.{least} It said: {type(error).__name__}: {first}"
    )


def kind_of(error: Exception) -> tuple[str, str]:
    """Return what an error is about, whatever its numbers and the classes in it."""
    return type(error).__name__, re.sub(r"'[^']*'|\d+", "#", str(error))
