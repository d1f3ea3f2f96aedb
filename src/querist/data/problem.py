"""From files to a problem: rows of numbers, labels or targets, groups, what was decided."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from querist._amounts import as_amounts
from querist._typing import AnyArray, FloatArray, Pool, Task
from querist.data.embeddings.given import Brought, take_both
from querist.data.features import build_features, default_cache_dir
from querist.data.matrices import same_features
from querist.data.numeric_encoders import HUGE
from querist.data.read import Paths, read_as
from querist.data.reading import Reading
from querist.data.table import Table
from querist.data.target import column_of, split_target, take_target, take_targets
from querist.data.watch import Watch
from querist.exceptions import DataError, InvalidParameterError


@dataclass(frozen=True)
class Problem:
    """Rows, labels and what was decided on the way.

    Attributes
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
    X_test, y_test : of the test file, or None
    groups : ndarray of shape (n_rows,), or None
    notes : tuple of str
    weights : ndarray of shape (n_rows,), or None
        The column of weights.
    costs : ndarray of shape (n_rows,), or None
        The column of costs.
    """

    X: Pool
    y: AnyArray
    X_test: Pool | None
    y_test: AnyArray | None
    groups: AnyArray | None
    notes: tuple[str, ...]
    weights: FloatArray | None = None
    costs: FloatArray | None = None


def read_problem(
    path: Paths | Table,
    target: str | None,
    *,
    test: str | os.PathLike[str] | None = None,
    group: str | None = None,
    weight: str | None = None,
    cost: str | None = None,
    drop: Sequence[str] = (),
    text_columns: Sequence[str] = (),
    category_columns: Sequence[str] = (),
    sheet: str | None = None,
    reading: Reading | None = None,
    decimal: str | None = None,
    missing: Sequence[str] = (),
    day_first: bool = False,
    words_only: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    embeddings: Any = None,
    test_embeddings: Any = None,
    watch: Watch | None = None,
    task: Task = "classification",
) -> Problem:
    """Read a labelled file and build features from it.

    Parameters
    ----------
    path : path, sequence of path, or Table
        See `read_table`; several files make up one table. A table is one that was read already.
    target : str or None
        The column to predict; None for libsvm and NPZ files.
    test : path, default=None
        A file with the test rows: the same columns, read as they are written in the file to learn from.
    group : str, default=None
        A column that is not learned from; its values are returned.
    weight : str, default=None
        A column of numbers above 0 that is not learned from, but says what each row weighs in the training.
    cost : str, default=None
        A column of numbers above 0 that is not learned from, but says what the label of each row costs.
    drop : sequence of str, default=()
        Columns that are not learned from.
    text_columns : sequence of str, default=()
        Columns to read as free text.
    category_columns : sequence of str, default=()
        Columns to read as categories, such as codes that look like numbers.
    sheet : str, default=None
        Of a spreadsheet.
    reading : Reading, default=None
        All options of `read_table` in one (``Reading.of(names=["text", "label"])``), instead of `sheet`, `decimal` and
        `missing`.
    decimal : {"point", "comma"}, default=None
        How numbers are written; None: as the file shows.
    missing : sequence of str, default=()
        Words that mean a gap, in every column.
    day_first : bool, default=False
        Whether days come before months in dates that can be read either way.
    words_only : bool, default=False
        Whether free text is its words and pairs of words alone, as before there were other features of it.
    cache_dir : path, default=None
        Where features are kept; None is the user's cache folder.
    embeddings : array-like of shape (n_rows, n_dimensions), path or str, default=None
        A vector for each row, in the order of the file, to stand behind its other features (see `EmbeddingBlock`):
        an array; a file of one (.npy, .npz, or a table of numbers); a column of the file that holds lists of
        numbers; or a sentence model that makes them of the columns of free text (see `embed_texts`).
    test_embeddings : as embeddings, default=None
        Those of the rows of the test file; a column is found there by itself, and a model makes them.
    watch : Watch, default=None
        Who is told how far a model is.
    task : {"classification", "regression"}, default="classification"
        Whether `target` holds classes or, for regressors, numbers.

    Returns
    -------
    Problem

    Raises
    ------
    FileFormatError, DataError, TargetError, InvalidParameterError
        See `read_table`, `build_features`, `split_target` and `EmbeddingBlock`.
    """
    reading = reading or Reading.of(sheet=sheet, decimal=decimal, missing=missing)
    table = path if isinstance(path, Table) else read_as(path, reading)
    amounts = {"weight": weight, "cost": cost}
    _check_roles(table, target, {"group": group, **amounts}, drop)
    groups = None if group is None else _groups(column_of(table, group, "group"), table.path)
    told = {role: _amounts(table, name, role) for role, name in amounts.items() if name is not None}
    others = [name for name in (group, *amounts.values(), *drop) if name is not None]
    table, y = _taken(table, target, task, split=test is None and group is None)
    test_table, y_test = None, None
    if test is not None:
        # A test file may well have one row of a class, or lack one.
        test_table, y_test = _taken(read_as(test, reading, like=table), target, task, split=None)
        if task == "classification":
            _check_test(table.path, y, test_table, y_test)
    brought = None
    if embeddings is not None or test_embeddings is not None:
        brought, table, test_table = take_both(embeddings, test_embeddings, table, test_table)
    notes = (*table.notes, *(() if test_table is None else (f"test file: {note}" for note in test_table.notes)))
    if table.frame is None or (test_table is not None and test_table.frame is None):
        if text_columns or category_columns:
            raise DataError(
                f"{table.path} or {test} holds a matrix without named columns: there is no text to read. "
                "Leave the names of columns out."
            )
        brought = None if brought is None else brought.made(None, None, {}, watch)
        X, X_test, more = _beside(brought, *_from_matrices(table, test_table))
        return Problem(X, y, X_test, y_test, None, (*notes, *more))
    worded = [*text_columns, *category_columns]
    frame, test_frame = _columns(table, others, worded), None
    if test_table is not None and test_table.frame is not None:
        test_frame = _columns(test_table, others, worded)
    X, X_test, more, kinds = None, None, (), {}
    # Embeddings may be all that there is.
    if brought is None or len(frame.columns):
        features = build_features(
            frame,
            test_frame=test_frame,
            text_columns=list(text_columns),
            category_columns=list(category_columns),
            day_first=day_first,
            words_only=words_only,
            cache_dir=default_cache_dir() if cache_dir is None else cache_dir,
        )
        X, X_test, more, kinds = features.X, features.X_test, features.notes, features.kinds
    if brought is not None:
        brought = brought.made(frame, test_frame, kinds, watch)
    X, X_test, more = _beside(brought, X, X_test, more)
    return Problem(
        X,
        y,
        X_test,
        y_test,
        groups,
        tuple(dict.fromkeys((*notes, *more))),
        told.get("weight"),
        told.get("cost"),
    )


def _beside(
    brought: Brought | None, X: Pool | None, X_test: Pool | None, notes: Sequence[str]
) -> tuple[Pool, Pool | None, tuple[str, ...]]:
    """Put embeddings behind the features, if there are any."""
    if brought is None:
        return X, X_test, tuple(notes)
    X, X_test, told = brought.beside(X, X_test)
    return X, X_test, (*notes, *told)


def _check_roles(table: Table, target: str | None, roles: Mapping[str, str | None], drop: Sequence[str]) -> None:
    """Each column named exists, and has one role."""
    for role, name in (*roles.items(), *(("drop", name) for name in drop)):
        if name is not None:
            column_of(table, name, role)
            if name == target:
                raise DataError(
                    f"Column {name!r} cannot be both the target and the column to {role}. Name another for one of them."
                )


def _taken(table: Table, target: str | None, task: Task, *, split: bool | None) -> tuple[Table, AnyArray]:
    """Take the target out of a table; `split`: whether its rows will be split by class, None: it is all test."""
    if task == "regression":
        return take_targets(table, target)
    return take_target(table, target) if split is None else split_target(table, target, split=split)


def _amounts(table: Table, name: str, role: str) -> FloatArray:
    """Return a column of numbers above 0."""
    column = column_of(table, name, role)
    if getattr(column.dtype, "kind", "O") not in "iuf":
        raise DataError(f"{table.path}: {role} column {name!r} must hold numbers; it is read as {column.dtype}.")
    try:
        return as_amounts(column.to_numpy(np.float64, na_value=np.nan), len(column), f"{role} column {name!r}")
    except InvalidParameterError as error:
        raise DataError(f"{table.path}: {error} (Rows count from 0.) Correct the column.") from None


def _groups(column: Any, path: Path) -> AnyArray:
    gaps = np.flatnonzero(column.isna().to_numpy())
    if gaps.size:
        raise DataError(
            f"{path}: group column {column.name!r} has {gaps.size} missing values, the first in row {gaps[0] + 1}. "
            "Rows without a group cannot be split: fill them in or remove them."
        )
    return np.asarray([str(cell) for cell in column.tolist()])


def _check_test(path: Path, y: AnyArray, test_table: Table, y_test: AnyArray) -> None:
    kinds = {"i": "whole numbers", "U": "words", "b": "booleans"}
    if y.dtype.kind != y_test.dtype.kind:
        raise DataError(
            f"{test_table.path}: the classes are {kinds[y_test.dtype.kind]}, but {kinds[y.dtype.kind]} in {path}. "
            "Write them in one way."
        )
    unknown = sorted(set(y_test.tolist()) - set(y.tolist()))
    if unknown:
        row = int(np.flatnonzero(y_test == unknown[0])[0]) + 1
        raise DataError(
            f"{test_table.path}, row {row}: class {unknown[0]!r} does not occur in {path}, so it cannot be learned. "
            "Remove such rows, or add some to the file to learn from."
        )


def _columns(table: Table, others: Sequence[str], worded: Sequence[str]) -> Any:
    """Return the columns to learn from; those that are read as words, with what stood in them."""
    frame: Any = table.frame
    frame = frame.assign(**{name: table.written[name] for name in worded if name in table.written and name in frame})
    return frame.drop(columns=[name for name in others if name in frame])


def _from_matrices(table: Table, test_table: Table | None) -> tuple[Pool, Pool | None, tuple[str, ...]]:
    import scipy.sparse
    from sklearn.preprocessing import MaxAbsScaler, StandardScaler

    if table.frame is not None or (test_table is not None and test_table.frame is not None):
        raise DataError("One file holds named columns, the other a matrix without names. Use one format for both.")
    _check_numbers(table)
    X, X_test = table.matrix, None
    if test_table is not None:
        _check_numbers(test_table)
        X, X_test = same_features(table, test_table)
    sparse = scipy.sparse.issparse(X)
    scaler = MaxAbsScaler() if sparse else StandardScaler()
    X = scaler.fit_transform(_as_floats(X))
    if X_test is not None:
        X_test = scaler.transform(_as_floats(X_test))
    how = "divided by their largest absolute value" if sparse else "brought to mean 0 and variance 1"
    return X, X_test, (f"features {how}",)


def _as_floats(X: Any) -> Any:
    return X if X.dtype.kind == "f" and X.dtype.itemsize >= 4 else X.astype(np.float64)


def _check_numbers(table: Table) -> None:
    import scipy.sparse

    matrix: Any = table.matrix
    entries = matrix.tocoo() if scipy.sparse.issparse(matrix) else None
    values = matrix if entries is None else entries.data
    if values.dtype.kind != "f" or not values.size:
        return
    limit = min(HUGE, float(np.finfo(values.dtype).max))
    # Both are NaN where a value is, and NaN is below nothing.
    if -limit <= values.min() and values.max() <= limit:
        return
    wrong = ~(np.abs(values) <= limit)
    rows, columns = np.nonzero(wrong) if entries is None else (entries.row[wrong], entries.col[wrong])
    raise DataError(
        f"{table.path}: row {rows[0] + 1}, feature {columns[0] + table.first_feature} is missing, infinite or above "
        f"{HUGE:g}, too large to compute with. Correct it."
    )
