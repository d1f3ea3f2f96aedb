"""Pools that stay in the partitions of a Dask collection: functions travel there, and little comes back."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from operator import getitem
from typing import Any, NamedTuple

import numpy as np

from querist._typing import AnyArray, BoolArray, IntArray
from querist._validation import n_rows, take_rows
from querist.exceptions import InvalidParameterError

# Rows that came home stay at hand, since labelled ones are asked for at every fit: so many values of them.
_MOST_KEPT = 1 << 22
# Labels of no more kinds than this travel as a byte each.
_MOST_CODES = 256
_NARROW = np.iinfo(np.int32).max


class Picked(NamedTuple):
    """Some rows of a partition in a few bytes: their numbers, or those of the others if these are fewer.

    Attributes
    ----------
    listed : ndarray of row numbers
        Within the partition, ascending.
    are_others : bool
        Whether these are the rows that are not picked.
    """

    listed: IntArray
    are_others: bool

    @classmethod
    def of_mask(cls, mask: BoolArray) -> "Picked":
        """Return the rows of which a mask is true."""
        n_picked = int(np.count_nonzero(mask))
        are_others = 2 * n_picked > mask.size
        return cls(_narrow(np.flatnonzero(~mask if are_others else mask)), are_others)

    @classmethod
    def of_rows(cls, rows: IntArray, total: int) -> "Picked":
        """Return rows that are told as numbers, ascending, of `total`."""
        if 2 * rows.size <= total:
            return cls(_narrow(rows), False)
        mask = np.zeros(total, bool)
        mask[rows] = True
        return cls.of_mask(mask)

    def count(self, total: int) -> int:
        """Return how many of `total` rows are picked."""
        return total - self.listed.size if self.are_others else self.listed.size

    def mask(self, total: int) -> BoolArray:
        """Return whether each of `total` rows is picked."""
        found = np.full(total, self.are_others)
        found[self.listed] = not self.are_others
        return found

    def rows(self, total: int) -> IntArray | None:
        """Return the numbers of the picked rows, ascending; None if they are all."""
        if self.are_others:
            return np.flatnonzero(self.mask(total)) if self.listed.size else None
        return self.listed.astype(np.int64)


class Stretch(NamedTuple):
    """Where a partition stands among all rows, and which of its rows are open.

    Attributes
    ----------
    start, stop : int
        Numbers of its first row, and of the row behind its last one.
    n_before : int
        Open rows before it.
    picked : Picked
        Its open rows.
    """

    start: int
    stop: int
    n_before: int
    picked: Picked


class PartitionedPool:
    """Rows of numbers in the partitions of a Dask array or data frame.

    Row numbers count through the partitions. Taken by row numbers, rows come home as an array or a pandas frame; a
    slice is another pool, of which nothing has come. As a whole it is never brought home: who would need that is told.

    Parameters
    ----------
    parts : sequence of dask.delayed.Delayed
        Each an array or frame of the same columns.
    lengths : sequence of int
        Their rows.
    empty : ndarray or DataFrame
        A partition without rows.

    Attributes
    ----------
    starts : ndarray of shape (n_parts + 1,)
        Row number with which each partition begins, and the number of all rows.
    dtype : dtype
        Of arrays.
    columns, dtypes : Index and Series
        Of frames.
    """

    dtype: Any
    columns: Any
    dtypes: Any
    ndim = 2

    def __init__(self, parts: Sequence[Any], lengths: Sequence[int], empty: Any) -> None:
        self._parts = tuple(parts)
        self.empty = empty
        self.starts: IntArray = np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64))]).astype(np.int64)
        for name in ("dtype", "columns", "dtypes"):
            if hasattr(empty, name):
                setattr(self, name, getattr(empty, name))
        self._known: IntArray = np.empty(0, np.int64)
        self._kept = empty

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.starts[-1]), int(self.empty.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: IntArray | slice) -> Any:
        if isinstance(rows, slice):
            return self._between(*rows.indices(len(self))[:2])
        wanted = np.asarray(rows, np.int64)
        fresh = np.setdiff1d(wanted, self._known)
        if fresh.size:
            found = self._fetched(fresh)
            if (fresh.size + self._known.size) * self.shape[1] > _MOST_KEPT:
                if fresh.size < np.unique(wanted).size:
                    fresh = np.unique(wanted)
                    found = self._fetched(fresh)
                self._known, self._kept = fresh, found
            else:
                known = np.append(self._known, fresh)
                order = np.argsort(known)
                self._known, self._kept = known[order], take_rows(joined([self._kept, found]), order)
        return take_rows(self._kept, np.searchsorted(self._known, wanted))

    def __array__(self, *_: object, **__: object) -> AnyArray:
        raise needs_whole("This")

    def ask(self, function: Callable[[Any, Any], Any], told: Mapping[int, Any]) -> list[Any]:
        """Return what a function says of partitions; all are asked at once, wherever Dask carries it out.

        Parameters
        ----------
        function : callable
            From a partition (array or frame) and what it is told to anything that can be pickled. It may be called
            again for the same partition, where a worker was lost.
        told : dict of int to object
            By the number of the partition; others are not asked.

        Returns
        -------
        list
            In the order of `told`.
        """
        return _computed(function, [(self._parts[part], what) for part, what in told.items()])

    def ask_all(self, function: Callable[[Any, int], Any]) -> list[Any]:
        """Return what a function says of each partition that has rows, told where it begins; in order."""
        return self.ask(function, {part: int(self.starts[part]) for part in self._filled()})

    def work_out(self, function: Callable[[Stretch], Any], mask: BoolArray) -> list[Any]:
        """Return what a function makes of the numbers of open rows; the rows themselves are not looked at.

        Parameters
        ----------
        function : callable
            From where a partition stands to anything that can be pickled.
        mask : ndarray of shape (n_rows,), bool
            Which rows are open.
        """
        return _computed(function, [(stretch,) for stretch in self._stretches(mask).values()])

    def ask_open(self, function: Callable[[Any, Stretch], Any], mask: BoolArray) -> list[Any]:
        """Return what a function says of each partition in which rows are open.

        Parameters
        ----------
        function : callable
            From a partition, and where it stands.
        mask : ndarray of shape (n_rows,), bool
            Which rows are open.
        """
        return self.ask(function, self._stretches(mask))

    def by_rows(self, function: Callable[[Any, IntArray | None], AnyArray], rows: IntArray | None = None) -> AnyArray:
        """Return what a function says of rows, one line for each; labels come home as a byte a row.

        Parameters
        ----------
        function : callable
            From a partition and row numbers within it (ascending; None: all) to an array of shape (n, ...).
        rows : ndarray of shape (n,), default=None
            Distinct row numbers in any order; None: all.

        Returns
        -------
        ndarray of shape (n, ...)
        """
        if rows is None:
            told = {part: Picked(np.empty(0, np.int64), True) for part in self._filled()}
        elif rows.size > 1 and (np.diff(rows) < 0).any():
            order = np.argsort(rows, kind="stable")
            sorted_ = self.by_rows(function, rows[order])
            found = np.empty_like(sorted_)
            found[order] = sorted_
            return found
        else:
            told = {part: Picked.of_rows(*some) for part, some in self._split(rows).items()}
        # Of no rows a function says at least what kind of thing it says.
        if not told:
            return function(self.empty, None)
        return np.concatenate([_unpacked(said) for said in self.ask(partial(_said, function), told)])

    def with_columns(self, columns: list[Any]) -> "PartitionedPool":
        """Return a pool of frames with its columns in another order."""
        chosen = import_module("dask").delayed(getitem, pure=False)
        parts = [chosen(part, columns) for part in self._parts]
        return PartitionedPool(parts, np.diff(self.starts).tolist(), self.empty[columns])

    def _stretches(self, mask: BoolArray) -> dict[int, Stretch]:
        """Return the partitions in which rows are open."""
        found, n_before = {}, 0
        for part in self._filled():
            start, stop = self.starts[part : part + 2].tolist()
            stretch = Stretch(start, stop, n_before, Picked.of_mask(mask[start:stop]))
            n_open = stretch.picked.count(stop - start)
            n_before += n_open
            if n_open:
                found[part] = stretch
        return found

    def _filled(self) -> list[int]:
        return np.flatnonzero(np.diff(self.starts)).tolist()

    def _split(self, rows: IntArray) -> dict[int, tuple[IntArray, int]]:
        """Return ascending rows by partition, numbered within it, each with the length of the partition."""
        ends = np.searchsorted(rows, self.starts)
        return {
            part: (rows[ends[part] : ends[part + 1]] - self.starts[part], int(np.diff(self.starts[part : part + 2])[0]))
            for part in np.flatnonzero(np.diff(ends)).tolist()
        }

    def _fetched(self, rows: IntArray) -> Any:
        told = {part: some for part, (some, _) in self._split(rows).items()}
        return joined([self.empty, *self.ask(take_rows, told)])

    def _between(self, start: int, stop: int) -> "PartitionedPool":
        cut = import_module("dask").delayed(take_rows, pure=False)
        parts, lengths = [], []
        for part in self._filled():
            first, last = self.starts[part : part + 2].tolist()
            some = slice(max(start - first, 0), min(stop, last) - first)
            if some.stop <= some.start:
                continue
            whole = some.stop - some.start == last - first
            parts.append(self._parts[part] if whole else cut(self._parts[part], some))
            lengths.append(some.stop - some.start)
        return PartitionedPool(parts, lengths, self.empty)


def is_of_dask(X: object) -> bool:
    """Return whether something is a collection of Dask, without loading it."""
    return type(X).__module__.partition(".")[0] in ("dask", "dask_expr") and hasattr(X, "__dask_graph__")


def partitioned(X: Any, name: str = "X") -> PartitionedPool:
    """Return a Dask array or data frame as a pool, and a pool as it is.

    Where Dask does not know how many rows the partitions have they are counted, which may read them once.

    Raises
    ------
    InvalidParameterError
        If it is no two-dimensional table of numbers.
    """
    if isinstance(X, PartitionedPool):
        return X
    # By name: a `Delayed` has every attribute, and to load dask.dataframe takes seconds.
    kind = type(X).__name__
    if kind == "Array":
        return _of_array(X, name)
    if kind == "DataFrame":
        return _of_frame(X, name)
    raise InvalidParameterError(
        f"{name} is a {type(X).__module__}.{kind}. Of Dask's collections a two-dimensional dask.array and "
        "a dask.dataframe can be a pool; turn it into one of them, for example with .to_frame() or .to_dataframe()."
    )


def needs_whole(who: str) -> InvalidParameterError:
    """Return the error for what would need all rows of a pool of partitions in one place, naming the remedies."""
    return InvalidParameterError(
        f"{who} needs the rows of the pool in one place, and they lie in the partitions of a Dask collection. Let it "
        "look at a random part of them, as k_center:candidates=subsample does, use a strategy that looks at each row "
        "by itself, such as margin, entropy or random, or pass X.compute() if the rows fit into memory."
    )


def joined(blocks: Sequence[Any]) -> Any:
    """Return arrays or frames one below the other."""
    if hasattr(blocks[0], "iloc"):
        import pandas as pd

        filled = [block for block in blocks if len(block)]
        return pd.concat(filled, ignore_index=True) if filled else blocks[0]
    return np.concatenate(blocks)


def _of_array(X: Any, name: str) -> PartitionedPool:
    if X.ndim != 2 or np.isnan(X.shape[1]):
        raise InvalidParameterError(
            f"{name} is a dask.array of shape {X.shape}; a pool has one row per item and a known number of "
            f"columns. Use {name}.reshape(-1, 1) for a single feature, {name}.compute_chunk_sizes() for unknown ones."
        )
    if not isinstance(X._meta, np.ndarray) or X.dtype.kind not in "biuf":
        kind = type(X._meta).__name__ if not isinstance(X._meta, np.ndarray) else f"dtype {X.dtype}"
        raise InvalidParameterError(
            f"{name} is a dask.array whose chunks are of {kind}. Chunks of a pool are numpy arrays of numbers: encode "
            f"texts and make sparse chunks dense first, with {name}.map_blocks(...)."
        )
    if X.numblocks[1] > 1:
        X = X.rechunk({1: -1})
    parts = X.to_delayed()[:, 0].tolist()
    known = X.chunks[0]
    lengths = _counted(parts) if np.isnan(known).any() else known
    return PartitionedPool(parts, lengths, np.empty((0, X.shape[1]), X.dtype))


def _of_frame(X: Any, name: str) -> PartitionedPool:
    for column, dtype in X.dtypes.items():
        if getattr(dtype, "kind", "O") not in "biuf":
            raise InvalidParameterError(
                f"{name} is a dask.dataframe whose column {column!r} is of {dtype}. Columns of a pool on Dask are "
                f"numbers: encode it first, or leave it out with {name}.drop(columns=[{column!r}])."
            )
    parts = X.to_delayed()
    return PartitionedPool(parts, _counted(parts), X._meta.iloc[:0])


def _counted(parts: Sequence[Any]) -> list[int]:
    return _computed(n_rows, [(part,) for part in parts])


def _computed(function: Callable[..., Any], told: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return what a function says of each tuple of arguments, partitions among them."""
    dask: Any = import_module("dask")
    # As a task of its own the function travels to each worker once, not once with each partition.
    shared, call = dask.delayed(function, traverse=False), dask.delayed(_called, pure=False)
    return list(dask.compute(*(call(shared, *arguments) for arguments in told)))


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def _said(function: Callable[[Any, IntArray | None], AnyArray], part: Any, picked: Picked) -> Any:
    return _packed(function(part, picked.rows(n_rows(part))))


def _packed(values: AnyArray) -> Any:
    """Return labels as a byte each and what the bytes stand for, where they are of few kinds; else the array."""
    import pandas as pd

    is_text = values.dtype.kind == "U" or (values.dtype.kind == "O" and pd.api.types.infer_dtype(values) == "string")
    if values.ndim != 1 or not (is_text or values.dtype.kind in "iu"):
        return values
    codes, kinds = pd.factorize(values)
    if len(kinds) > _MOST_CODES or (codes < 0).any():
        return values
    return codes.astype(np.uint8), np.asarray(kinds, values.dtype)


def _unpacked(said: Any) -> AnyArray:
    if isinstance(said, tuple):
        codes, kinds = said
        found: AnyArray = kinds[codes]
        return found
    return np.asarray(said)


def _narrow(rows: IntArray) -> Any:
    return rows.astype(np.int32) if not rows.size or rows[-1] <= _NARROW else rows
