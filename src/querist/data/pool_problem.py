"""A pool on disk, and the labels of its rows in a file of their own."""

import os

from querist._typing import Task
from querist.data.pool_files import open_pool
from querist.data.problem import Problem
from querist.data.read import read_as
from querist.data.reading import Reading
from querist.data.target import split_target, take_targets
from querist.data.watch import Watch
from querist.exceptions import DataError


def read_pool_problem(
    pool: str | os.PathLike[str],
    labels: str | os.PathLike[str],
    target: str | None = None,
    *,
    reading: Reading | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
    task: Task = "classification",
) -> Problem:
    """Map a pool of numbers as it is, and read the labels of its rows.

    Parameters
    ----------
    pool : path
        As `open_pool` takes it. No features are made of it: its numbers are what models learn from.
    labels : path
        A table, as `read_table` takes it, with a row for each row of the pool, in its order.
    target : str, default=None
        The column of labels. None: the only column.
    reading : Reading, default=None
        How `labels` is read where it does not say so itself.
    cache_dir, watch
        As `open_pool` takes them.
    task : {"classification", "regression"}, default="classification"
        Whether `labels` holds classes or, for regressors, numbers.

    Returns
    -------
    Problem

    Raises
    ------
    FileFormatError, DataError, TargetError
        As `open_pool`, `read_table` and `split_target` do; and if there is not one label for each row.
    """
    table = read_as(labels, Reading() if reading is None else reading)
    if target is None and table.frame is not None and table.frame.shape[1] == 1:
        target = str(table.frame.columns[0])
    table, y = take_targets(table, target) if task == "regression" else split_target(table, target)
    X = open_pool(pool, cache_dir=cache_dir, watch=watch)
    if y.size != X.shape[0]:
        raise DataError(
            f"{labels} holds {y.size} labels, and {pool} has {X.shape[0]} rows. Write one label for each row, in the "
            "order of the rows."
        )
    return Problem(X, y, None, None, None, (*table.notes, "the numbers of the pool are taken as they are"))
