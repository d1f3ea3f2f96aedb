"""The data of an experiment, checked once: features, truth, groups, a fixed test part, repeated rows."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from querist._typing import AnyArray, IntArray, Pool
from querist._validation import as_labels, as_pool, n_rows
from querist.data.duplicates import find_duplicates
from querist.data.hashing import data_hash
from querist.exceptions import InvalidParameterError, TargetError


@dataclass(frozen=True)
class Problem:
    """Data with known labels.

    Attributes
    ----------
    X : pool of shape (n_rows, ...)
    labels : ndarray of shape (n_rows,)
        As the caller gave them.
    classes : ndarray of shape (n_classes,)
        Sorted; those of a fixed test part included.
    codes : ndarray of shape (n_rows,)
        Positions of the labels in `classes`.
    groups : ndarray of shape (n_rows,) or None
        Codes of the groups.
    X_test, test_codes : pool of shape (n_test, ...) and ndarray of shape (n_test,), or None
        The fixed test part.
    twins : ndarray of shape (n_rows,) or None
        For each row the first row with the same features; None if every row may be asked about.
    """

    X: Pool
    labels: AnyArray
    classes: AnyArray
    codes: IntArray
    groups: IntArray | None = None
    X_test: Pool = None
    test_codes: IntArray | None = None
    twins: IntArray | None = None

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


def prepare_data(X: Any, y: Any, *, groups: Any, X_test: Any, y_test: Any, ask_once: bool) -> Data:
    """Check the data of an experiment and describe them.

    Raises
    ------
    InvalidParameterError
        If X, y and groups differ in length, or only one of X_test and y_test is given.
    TargetError
        If y has gaps, one class only, continuous numbers, or a class of one row that a split needs twice.
    """
    if (X_test is None) != (y_test is None):
        raise InvalidParameterError("X_test and y_test go together: pass both or neither.")
    if X_test is not None and groups is not None:
        raise InvalidParameterError("groups say how to split, and X_test is a split: pass one of them.")
    X, labels = _part(X, y, "X", "y")
    X_test, test_labels = (None, None) if X_test is None else _part(X_test, y_test, "X_test", "y_test")
    classes, codes, test_codes = _classes(labels, test_labels)
    _check_classes(classes, codes, split=X_test is None and groups is None)
    group_codes = None if groups is None else _groups(groups, labels.size)
    twins, notes = _twins(X, codes, ask_once=ask_once)
    unseen = [] if test_codes is None else sorted(set(test_codes.tolist()) - set(codes.tolist()))
    if unseen:
        notes.append(f"The test part has classes that y lacks ({_listed(classes[unseen])}): they cannot be learned.")
    if group_codes is not None:
        notes.append(f"Whole groups are held out, {int(group_codes.max()) + 1} groups in all.")
    problem = Problem(X, labels, classes, codes, group_codes, X_test, test_codes, twins if ask_once else None)
    return Data(problem, _description(problem, test_labels), tuple(notes))


def _description(problem: Problem, test_labels: AnyArray | None) -> dict[str, Any]:
    counts = np.bincount(problem.codes, minlength=problem.classes.size)
    return {
        "hash": _hash(problem, test_labels),
        "n_rows": problem.n_rows,
        "n_features": _width(problem.X),
        "n_test": None if problem.test_codes is None else int(problem.test_codes.size),
        "classes": {str(name): int(count) for name, count in zip(problem.classes, counts, strict=True)},
    }


def _part(X: Any, y: Any, rows: str, truth: str) -> tuple[Pool, AnyArray]:
    """Return rows and their labels, checked."""
    X = as_pool(X)
    if not (size := n_rows(X)):
        raise InvalidParameterError(f"{rows} has no rows.")
    return X, _labels(y, size, truth)


def _labels(y: Any, expected: int, name: str) -> AnyArray:
    try:
        labels = as_labels(y, expected, if_missing="Leave rows without a label out.")
    except InvalidParameterError as error:
        raise TargetError(f"{name}: {error}") from error
    if labels.dtype.kind == "O":
        first: dict[type, Any] = {}
        for label in labels:
            first.setdefault(type(label), label)
        if len(first) > 1:
            one, other = list(first.values())[:2]
            raise TargetError(f"{name} holds labels of different types, such as {one!r} and {other!r}. Use one type.")
    if _is_continuous(labels):
        raise TargetError(
            f"{name} holds numbers that are no classes, such as {labels[labels % 1 != 0][0]}. "
            "Turn them into classes first, for example with pandas.cut."
        )
    return labels


def _is_continuous(labels: AnyArray) -> bool:
    numbers = labels.dtype.kind == "f" or (labels.dtype.kind == "O" and isinstance(labels[0], float))
    return numbers and bool((labels % 1 != 0).any())


def _classes(labels: AnyArray, test_labels: AnyArray | None) -> tuple[AnyArray, IntArray, IntArray | None]:
    if test_labels is not None and type(test_labels.tolist()[0]) is not type(labels.tolist()[0]):
        raise TargetError(
            f"y and y_test hold labels of different types, such as {labels[0]!r} and {test_labels[0]!r}. Use one type."
        )
    every = labels if test_labels is None else np.concatenate([labels, test_labels])
    classes, codes = np.unique(every, return_inverse=True)
    codes = codes.astype(np.int64)
    return classes, codes[: labels.size], None if test_labels is None else codes[labels.size :]


def _check_classes(classes: AnyArray, codes: IntArray, *, split: bool) -> None:
    counts = np.bincount(codes, minlength=classes.size)
    if np.count_nonzero(counts) < 2:
        raise TargetError(f"y holds one class only, {classes[codes[0]]!r}: there is nothing to learn.")
    lone = np.flatnonzero(counts == 1)
    if split and lone.size:
        row = int(np.flatnonzero(codes == lone[0])[0])
        raise TargetError(
            f"Class {classes[lone[0]]!r} has one row only (row {row}), and a split by class needs two. "
            "Leave the row out, merge the class into another, or pass X_test and y_test."
        )


def _groups(groups: Any, expected: int) -> IntArray:
    try:
        array = as_labels(groups, expected, if_missing="Leave rows without a label out.")
    except InvalidParameterError as error:
        raise InvalidParameterError(f"groups: {error}".replace("labels", "groups")) from error
    return np.unique(array.astype(str), return_inverse=True)[1].astype(np.int64)


def _twins(X: Pool, codes: IntArray, *, ask_once: bool) -> tuple[IntArray | None, list[str]]:
    twins = find_duplicates(X)
    later = np.flatnonzero(twins != np.arange(twins.size))
    if not later.size:
        return None, []
    rule = "of those in the pool only the first is asked about" if ask_once else "each may be asked about"
    note = f"{later.size} of {twins.size} rows repeat the features of an earlier row; {rule}. Test parts stay as drawn."
    clashes = int(np.count_nonzero(codes[later] != codes[twins[later]]))
    return twins, [note, *([f"{clashes} of them have another label than that row."] if clashes else [])]


def _hash(problem: Problem, test_labels: AnyArray | None) -> str:
    pieces = [data_hash(problem.X, problem.labels)]
    if problem.groups is not None:
        pieces.append(data_hash(problem.groups.reshape(-1, 1)))
    if problem.X_test is not None:
        pieces.append(data_hash(problem.X_test, test_labels))
    return pieces[0] if len(pieces) == 1 else hashlib.sha256("/".join(pieces).encode()).hexdigest()


def _width(X: Pool) -> int | None:
    return int(X.shape[1]) if len(getattr(X, "shape", ())) > 1 else None


def _listed(names: AnyArray) -> str:
    return ", ".join(str(name) for name in names)
