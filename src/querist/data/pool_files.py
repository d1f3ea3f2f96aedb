"""`open_pool`: pools in files, mapped into memory, so that a session reads only what it looks at."""

import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from querist._files import replacing, user_cache_folder
from querist._typing import AnyArray, Pool
from querist._words import listed
from querist.data.array_files import PICKLES
from querist.data.mapped import mapped
from querist.data.parquet_pools import ParquetPool, parquet_pool
from querist.data.parts import parts_of
from querist.data.sparse_pools import SparsePool
from querist.data.watch import Watch
from querist.exceptions import DataError, FileFormatError, InvalidParameterError

_LOG = logging.getLogger("querist.data")
_KINDS = (".npy", ".npz", ".parquet")


def open_pool(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Pool:
    """Map a pool that lies on disk, however large it is, so that it goes where an array does.

    Parameters
    ----------
    path : path
        A ``.npy`` file of rows and columns, of integers, booleans or floats of 16 to 64 bits: mapped as it is. A
        ``.npz`` file of a CSR matrix that `scipy.sparse.save_npz` wrote, a Parquet file, or a folder of Parquet parts
        whose columns are numbers: written once in a form that can be mapped, which is told.
    columns : sequence of str, default=None
        Columns of Parquet to take, in this order. None: all, in the order of the first part.
    cache_dir : path, default=None
        Folder for what is written once, and for fingerprints; None: the user's cache folder. It may be emptied
        whenever no pool of it is open.
    watch : Watch, default=None
        Who is told of progress, and in one sentence what is written where; None: the log ``querist.data``, which
        shows the sentence on standard error.

    Returns
    -------
    numpy.memmap of shape (n_rows, n_columns), or CSR matrix over three of them
        Read-only.

    Raises
    ------
    FileFormatError
        If the file is missing, of another kind, or damaged.
    DataError
        If it holds no table of numbers, columns of parts differ, a cell is missing, or the disk has no room for what
        is to be written. The message names the part, the column and the row group.

    Notes
    -----
    Mapping costs no memory and no time. What is written once is found again by names, sizes, times of change and
    footers of the parts (Parquet), or by the checksums of its arrays (``.npz``); it appears whole or not at all.
    Types of columns are joined as numpy does: int8 and float32 to float32; 64-bit integers beside floats to float64,
    if they are exact in it. An index of pandas without a name is left out, and told.

    Do not write to a file while a pool of it is open.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> from querist import Session, open_pool
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "pool.npy")
    >>> np.save(path, np.arange(600, dtype=np.uint8).reshape(200, 3))
    >>> X = open_pool(path)
    >>> session = Session(X, random_state=0)
    >>> X.shape, X.dtype, session.ask(3).size
    ((200, 3), dtype('uint8'), 3)
    >>> del X, session
    >>> folder.cleanup()
    """
    path, watch = Path(os.path.realpath(path)), watch or Watch(tell=_LOG.warning)
    cache = user_cache_folder("pools") if cache_dir is None else Path(cache_dir)
    if not path.exists():
        raise FileFormatError(f"There is no file {path}. Name a .npy, .npz or .parquet file, or a folder of the last.")
    kind = ".parquet" if path.is_dir() else path.suffix.lower()
    if kind not in _KINDS:
        raise FileFormatError(
            f"{path} is none of {', '.join(_KINDS)}, which can be mapped. Read it with querist.data.read_table, and "
            "save its numbers with numpy.save."
        )
    if columns is not None and (kind != ".parquet" or isinstance(columns, str)):
        raise InvalidParameterError(f"columns must be a list of names in Parquet files, got {columns!r} for {path}.")
    try:
        if kind == ".npy":
            return _array(path, cache)
        if kind == ".npz":
            return _sparse(SparsePool(path), cache, watch)
        parts = _parts(path, columns) if path.is_dir() else [path]
        return _parquet(parquet_pool(parts, columns), path, cache, watch)
    except PermissionError as error:
        raise FileFormatError(f"{error.filename or path} may not be read. Change its permissions.") from None


def _array(path: Path, cache: Path) -> AnyArray:
    try:
        array = mapped(path, cache)
    except OSError:
        raise
    except Exception as error:  # what damaged heads raise has no common root
        hint = PICKLES if "Python objects" in str(error) else " It may be cut off: save it again."
        raise FileFormatError(f"{path} is not a numpy array that can be mapped: {error}.{hint}") from None
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise DataError(f"{path} holds an array of {array.dtype}. Save numbers of up to 64 bits.")
    if array.ndim != 2 or 0 in array.shape:
        remedy = "Save one with rows and columns, such as X.reshape(len(X), -1)."
        raise DataError(f"{path} holds an array of shape {array.shape}, which is not a table. {remedy}")
    if not array.dtype.isnative:
        raise DataError(
            f"{path} holds {array.dtype.str}, in the order of bytes of another machine. Save "
            f"X.astype({array.dtype.newbyteorder('=').str!r})."
        )
    return array


def _parts(folder: Path, columns: Sequence[str] | None) -> list[Path]:
    from querist.data.read import READERS

    parts = parts_of(folder, READERS)
    others = [part for part in parts if part.suffix.lower() != ".parquet"]
    if others:
        raise FileFormatError(
            f"{folder} holds {listed([part.name for part in others], 3)}; the parts of a pool are Parquet files. Write "
            "them so, or read them with querist.data.read_table."
        )
    apart = [part for part in parts if part.parent != folder]
    if apart and columns is None:
        raise DataError(
            f"{apart[0]} lies in a folder that is called after the value of a column, which would be lost. Name the "
            "columns to take, columns=[...], or write it into the files."
        )
    return parts


def _parquet(pool: ParquetPool, path: Path, cache: Path, watch: Watch) -> AnyArray:
    kept = cache / f"{pool.key}.npy"
    if not kept.is_file():
        what = f"{len(pool.parts):,} files of Parquet" if len(pool.parts) > 1 else "a file of Parquet"
        shape = f"{pool.shape[0]:,} x {pool.shape[1]:,} {pool.dtype}"
        left = f" without {listed(pool.left_out, 3)}" if pool.left_out else ""
        _prepare(cache, pool.size, f"{path}: {what} ({shape}{left})", kept, watch)
        with replacing(kept) as file:
            pool.write(file, watch)
    return _array(kept, cache)


def _sparse(pool: SparsePool, cache: Path, watch: Watch) -> Any:
    kept = cache / pool.key
    if not pool.is_unpacked(kept):
        shape = f"{pool.shape[0]:,} x {pool.shape[1]:,} {pool.dtype}"
        _prepare(kept, pool.size, f"{pool.path}: a sparse matrix ({shape})", kept, watch)
        pool.unpack(kept, watch)
    return pool.map(kept, cache)


def _prepare(folder: Path, size: int, what: str, kept: Path, watch: Watch) -> None:
    """Make a folder, see that there is room in it, and tell what comes."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"{what} takes {_gigabytes(size)} in {folder}, where {_gigabytes(free)} are free. Make room, or name "
            "another folder with cache_dir."
        )
    watch.tell(f"{what} is written once to {kept}, {_gigabytes(size)}; then it is mapped.")


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.1f} MB"
