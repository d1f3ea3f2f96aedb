"""The data of an experiment, checked once: features, truth, groups, a fixed test part, repeated rows."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from querist._amounts import as_amounts, as_targets
from querist._labels import as_labels, label_type
from querist._pool import in_memory, like
from querist._typing import AnyArray, FloatArray, IntArray, Pool, Task
from querist._validation import n_rows
from querist._words import listed
from querist.data.duplicates import find_duplicates
from querist.data.hashing import check_readable, data_hash, in_given_width
from querist.exceptions import InvalidParameterError, TargetError
from querist.session.costs import row_costs


@dataclass(frozen=True)
class Problem:
    """Data with known labels.

    Attributes
    ----------
    X : pool of shape (n_rows, ...)
    labels : ndarray of shape (n_rows,)
        As the caller gave them.
    classes : ndarray of shape (n_classes,)
        Sorted; those of a fixed test part included. None of a regression.
    codes : ndarray of shape (n_rows,)
        Positions of the labels in `classes`; of a regression the targets themselves.
    groups : ndarray of shape (n_rows,) or None
        Codes of the groups.
    X_test, test_codes : pool of shape (n_test, ...) and ndarray of shape (n_test,), or None
        The fixed test part.
    twins : ndarray of shape (n_rows,) or None
        For each row the first row with the same features; None if every row may be asked about.
    weights : ndarray of shape (n_rows,) or None
        What the rows weigh when classifiers are trained; None: all the same.
    costs : ndarray of shape (n_rows,) or None
        What the label of each row costs; None: all the same.
    task : {"classification", "regression"}
    """

    X: Pool
    labels: AnyArray
    classes: AnyArray
    codes: AnyArray
    groups: IntArray | None = None
    X_test: Pool = None
    test_codes: AnyArray | None = None
    twins: IntArray | None = None
    weights: FloatArray | None = None
    costs: FloatArray | None = None
    task: Task = "classification"

    @property
    def n_rows(self) -> int:
        """Rows of X."""
        return int(self.codes.size)


@dataclass(frozen=True)
class Data:
    """A problem, and what tables and files say about it."""

    problem: Problem
    description: dict[str, Any]
    notes: tuple[str, ...]


def prepare_data(
    X: Any,
    y: Any,
    *,
    groups: Any,
    X_test: Any,
    y_test: Any,
    ask_once: bool,
    sample_weight: Any = None,
    costs: Any = None,
    task: Task = "classification",
) -> Data:
    """Check the data of an experiment and describe them.

    Raises
    ------
    InvalidParameterError
        If X, y, groups, sample_weight and costs differ in length, a weight or cost is not above 0, or only one of
        X_test and y_test is given.
    TargetError
        If y has gaps, one class only, continuous numbers, or a class of one row that a split needs twice; of a
        regression, if a target is no finite number, or all are equal.
    """
    if (X_test is None) != (y_test is None):
        raise InvalidParameterError("X_test and y_test go together: pass both or neither.")
    if X_test is not None and groups is not None:
        raise InvalidParameterError("groups say how to split, and X_test is a split: pass one of them.")
    X, labels = _part(in_memory(X), y, "X", "y", task)
    notes = []
    test_labels = None
    if X_test is not None:
        given, X_test = X_test, like(in_memory(X_test, "X_test"), X, "X_test", whose="X")
        X_test, test_labels = _part(X_test, y_test, "X_test", "y_test", task)
        if hasattr(given, "columns") and hasattr(X, "columns") and list(given.columns) != list(X.columns):
            notes.append("The columns of X_test stood in another order than those of X; they were matched by name.")
    if task == "regression":
        classes, codes, test_codes = labels[:0], labels, test_labels
        _check_targets(labels)
    else:
        classes, codes, test_codes = _classes(labels, test_labels)
        _check_classes(classes, codes, split=X_test is None and groups is None)
    group_codes = None if groups is None else _groups(groups, X, labels.size)
    twins, repeated = _twins(X, codes, ask_once=ask_once, what="target" if task == "regression" else "label")
    notes += repeated
    unseen = (
        [] if test_codes is None or task == "regression" else sorted(set(test_codes.tolist()) - set(codes.tolist()))
    )
    if unseen:
        notes.append(f"The test part has classes that y lacks ({listed(classes[unseen])}): they cannot be learned.")
    if group_codes is not None:
        notes.append(f"Whole groups are held out, {int(group_codes.max()) + 1} groups in all.")
    weights = None
    if sample_weight is not None:
        weights = as_amounts(sample_weight, labels.size, "sample_weight", pool=X, remedy="Leave such rows out.")
        trained = "Classifiers" if task == "classification" else "Regressors"
        notes.append(f"{trained} are trained with the weights given; all figures count rows, each once.")
    twins = twins if ask_once else None
    problem = Problem(
        X, labels, classes, codes, group_codes, X_test, test_codes, twins, weights, row_costs(costs, X), task
    )
    return Data(problem, _description(problem, _hash(problem, y, test_labels, y_test)), tuple(notes))


def _description(problem: Problem, fingerprint: str) -> dict[str, Any]:
    if problem.task == "regression":
        told: dict[str, Any] = {
            "classes": {},
            "targets": {
                "low": float(problem.labels.min()),
                "mean": float(problem.labels.mean()),
                "high": float(problem.labels.max()),
                "deviation": float(problem.labels.std()),
            },
        }
    else:
        counts = np.bincount(problem.codes, minlength=problem.classes.size)
        told = {"classes": {str(name): int(count) for name, count in zip(problem.classes, counts, strict=True)}}
    return {
        "hash": fingerprint,
        "n_rows": problem.n_rows,
        "n_features": _width(problem.X),
        "n_test": None if problem.test_codes is None else int(problem.test_codes.size),
        **told,
    }


def _part(X: Any, y: Any, rows: str, truth: str, task: Task) -> tuple[Pool, AnyArray]:
    """Return rows and their labels or targets, checked."""
    if not (size := n_rows(X)):
        raise InvalidParameterError(f"{rows} has no rows. Pass at least two of each class.")
    check_readable(X, rows)
    try:
        if task == "regression":
            return X, as_targets(y, size, truth, pool=X)
        return X, as_labels(y, size, name=truth, pool=X, if_missing="Leave rows without a label out.")
    except InvalidParameterError as error:
        raise TargetError(str(error)) from error


def _classes(labels: AnyArray, test_labels: AnyArray | None) -> tuple[AnyArray, IntArray, IntArray | None]:
    if test_labels is not None and label_type(test_labels) is not label_type(labels):
        raise TargetError(
            f"y and y_test hold labels of different types, such as "
            f"{labels.tolist()[0]!r} and {test_labels.tolist()[0]!r}. Use one type."
        )
    every = labels if test_labels is None else np.concatenate([labels, test_labels])
    classes, codes = np.unique(every, return_inverse=True)
    codes = codes.astype(np.int64)
    return classes, codes[: labels.size], None if test_labels is None else codes[labels.size :]


def _check_classes(classes: AnyArray, codes: IntArray, *, split: bool) -> None:
    counts = np.bincount(codes, minlength=classes.size)
    if np.count_nonzero(counts) < 2:
        raise TargetError(f"y holds one class only, {classes[codes[0]]!r}. Pass labels of two classes or more.")
    lone = np.flatnonzero(counts == 1)
    if split and lone.size:
        row = int(np.flatnonzero(codes == lone[0])[0])
        raise TargetError(
            f"Class {classes[lone[0]]!r} has one row only (row {row}), and a split by class needs two. "
            "Leave the row out, merge the class into another, or pass X_test and y_test."
        )


def _check_targets(targets: FloatArray) -> None:
    if np.ptp(targets) == 0:
        raise TargetError(f"All targets in y are {targets[0]:g}: there is nothing to learn. Pass targets that differ.")


def _groups(groups: Any, X: Pool, expected: int) -> IntArray:
    names = as_labels(
        groups, expected, name="groups", pool=X, whole=False, if_missing="Leave rows without a group out."
    )
    texts = np.empty(names.size, object)
    texts[:] = list(map(str, names.tolist()))
    return np.unique(texts, return_inverse=True)[1].astype(np.int64)


def _twins(X: Pool, codes: AnyArray, *, ask_once: bool, what: str) -> tuple[IntArray | None, list[str]]:
    twins = find_duplicates(X)
    later = np.flatnonzero(twins != np.arange(twins.size))
    if not later.size:
        return None, []
    rule = "of those in the pool only the first is asked about" if ask_once else "each may be asked about"
    note = f"{later.size} of {twins.size} rows repeat the features of an earlier row; {rule}. Test parts stay as drawn."
    clashes = int(np.count_nonzero(codes[later] != codes[twins[later]]))
    return twins, [note, *([f"{clashes} of them have another {what} than that row."] if clashes else [])]


def _hash(problem: Problem, y: Any, test_labels: Any, y_test: Any) -> str:
    pieces = [data_hash(problem.X, in_given_width(problem.labels, y))]
    if problem.groups is not None:
        pieces.append(data_hash(problem.groups.reshape(-1, 1)))
    if problem.weights is not None:
        pieces.append("weights" + data_hash(problem.weights.reshape(-1, 1)))
    if problem.costs is not None:
        pieces.append("costs" + data_hash(problem.costs.reshape(-1, 1)))
    if problem.X_test is not None:
        pieces.append(data_hash(problem.X_test, in_given_width(test_labels, y_test)))
    return pieces[0] if len(pieces) == 1 else hashlib.sha256("/".join(pieces).encode()).hexdigest()


def _width(X: Pool) -> int | None:
    return int(X.shape[1]) if len(getattr(X, "shape", ())) > 1 else None
