"""From files to a classification problem: rows of numbers, labels, groups, what was decided."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from querist._typing import AnyArray, Pool
from querist.data.features import build_features, default_cache_dir
from querist.data.read import read_table
from querist.data.table import Table
from querist.data.target import column_of, split_target
from querist.exceptions import DataError


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
    """

    X: Pool
    y: AnyArray
    X_test: Pool | None
    y_test: AnyArray | None
    groups: AnyArray | None
    notes: tuple[str, ...]


def read_problem(
    path: str | os.PathLike[str],
    target: str | None,
    *,
    test: str | os.PathLike[str] | None = None,
    group: str | None = None,
    drop: Sequence[str] = (),
    text_columns: Sequence[str] = (),
    sheet: str | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
) -> Problem:
    """Read a labelled file and build features from it.

    Parameters
    ----------
    path : path
        See `read_table`.
    target : str or None
        The column to predict; None for libsvm and NPZ files.
    test : path, default=None
        A file with the test rows: the same columns.
    group : str, default=None
        A column that is not learned from; its values are returned.
    drop : sequence of str, default=()
        Columns that are not learned from.
    text_columns : sequence of str, default=()
        Columns to read as free text.
    sheet : str, default=None
        Of a spreadsheet.
    cache_dir : path, default=None
        Where features are kept; None is the user's cache folder.

    Returns
    -------
    Problem

    Raises
    ------
    FileFormatError, DataError, TargetError
        See `read_table`, `build_features` and `split_target`.
    """
    table = read_table(path, sheet=sheet)
    groups = None if group is None else np.asarray(column_of(table, group, "group").astype(str).tolist())
    others = [name for name in (group, *drop) if name is not None]
    for name in drop:
        column_of(table, name, "--drop")
    table, y = split_target(table, target)
    test_table, y_test = None, None
    if test is not None:
        test_table, y_test = split_target(read_table(test, sheet=sheet), target)
        unknown = sorted({str(label) for label in set(y_test.tolist()) - set(y.tolist())})
        if unknown:
            raise DataError(
                f"{test}: class {unknown[0]!r} does not occur in {Path(path).name}, so it cannot be learned."
            )
    if table.frame is None:
        return _from_matrix(table, y, test_table, y_test)
    frames = [None if each is None else _without(each, others) for each in (table, test_table)]
    features = build_features(
        frames[0],
        test_frame=frames[1],
        text_columns=list(text_columns),
        cache_dir=default_cache_dir() if cache_dir is None else cache_dir,
    )
    notes = (*table.notes, *features.notes)
    return Problem(features.X, y, features.X_test, y_test, groups, notes)


def _without(table: Table, names: Sequence[str]) -> Any:
    return None if table.frame is None else table.frame.drop(columns=[name for name in names if name in table.frame])


def _from_matrix(table: Table, y: AnyArray, test_table: Table | None, y_test: AnyArray | None) -> Problem:
    import scipy.sparse
    from sklearn.preprocessing import MaxAbsScaler, StandardScaler

    matrices = [table.matrix, None if test_table is None else test_table.matrix]
    if matrices[1] is not None:
        matrices = _same_width(matrices, table, test_table)
    for matrix, each in zip(matrices, (table, test_table), strict=True):
        if matrix is not None:
            _check_matrix(matrix, each)
    sparse = scipy.sparse.issparse(matrices[0])
    scaler = MaxAbsScaler() if sparse else StandardScaler()
    X = scaler.fit_transform(matrices[0])
    X_test = None if matrices[1] is None else scaler.transform(matrices[1])
    how = "divided by their largest absolute value" if sparse else "brought to mean 0 and variance 1"
    return Problem(X, y, X_test, y_test, None, (*replace(table).notes, f"features {how}"))


def _same_width(matrices: list[Any], table: Table, test_table: Table | None) -> list[Any]:
    """Widen sparse files, which leave out trailing features that no row has."""
    import scipy.sparse

    if not all(scipy.sparse.issparse(matrix) for matrix in matrices):
        widths = [matrix.shape[1] for matrix in matrices]
        if widths[0] != widths[1]:
            raise DataError(f"{table.path} has {widths[0]} features, {test_table and test_table.path} has {widths[1]}.")
        return [matrix.toarray() if scipy.sparse.issparse(matrix) else matrix for matrix in matrices]
    width = max(matrix.shape[1] for matrix in matrices)
    for matrix in matrices:
        matrix.resize(matrix.shape[0], width)
    return matrices


def _check_matrix(matrix: Any, table: Table | None) -> None:
    import scipy.sparse

    values = matrix.data if scipy.sparse.issparse(matrix) else matrix
    path = None if table is None else table.path
    if values.dtype.kind not in "biuf":
        raise DataError(f"{path}: X must hold numbers, got dtype {values.dtype}.")
    if values.dtype.kind == "f" and not (np.abs(values) < 1e150).all():
        dense = matrix.tocoo() if scipy.sparse.issparse(matrix) else matrix
        wrong = ~(np.abs(values) < 1e150)
        if scipy.sparse.issparse(matrix):
            row, column = int(dense.row[wrong][0]), int(dense.col[wrong][0])
        else:
            row, column = (int(place[0]) for place in np.nonzero(wrong))
        raise DataError(
            f"{path}: row {row + 1}, feature {column + 1} is missing, infinite or too large to compute with. Correct it."
        )
