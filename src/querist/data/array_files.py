"""`.npy`: one array of numpy, and the sparse matrices that scipy writes."""

import io
import math
from pathlib import Path
from typing import IO, Any

import numpy as np

from querist._typing import AnyArray
from querist.data.bounds import Bounds
from querist.data.reading import Reading, names_given
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

# A matrix of more columns than these has none that a person names.
_MOST_COLUMNS = 1000
# Of Unicode.
_LAST_LETTER = 0x10FFFF
# Units of dates and durations that data frames count in seconds, and those that they know.
_COARSE, _FINE = ("Y", "M", "W", "D", "h", "m"), ("s", "ms", "us", "ns")
_SPARSE = {"csr": ("data", "indices", "indptr"), "csc": ("data", "indices", "indptr"), "coo": ("data", "row", "col")}
PICKLES = " Objects are refused, since reading them can run code: save numbers or texts, for example y.astype(str)."


def read_npy(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read an array: of rows and columns, of one column, or of records with names; objects are refused.

    Raises
    ------
    FileFormatError
        If it is not what its ending says, or holds objects.
    DataError
        If it has more than two dimensions or cells than the bounds.
    """
    import pandas as pd

    array = array_of(path, data, bounds)
    if array.ndim == 0 or array.size == 0:
        raise DataError(f"{path} holds no rows: its array has the shape {array.shape}. Save an array with rows.")
    if array.dtype.names is not None:
        nested = [name for name in array.dtype.names if array.dtype[name].shape]
        if array.ndim > 1 or nested:
            raise DataError(
                f"{path}: records with arrays in them, or in several dimensions, are not a table. "
                "Save one field for each column."
            )
        parts = {name: column_of_array(path, array[name], name) for name in array.dtype.names}
        return Table(path, pd.DataFrame({name: pd.Series(part, dtype=part.dtype) for name, part in parts.items()}))
    if array.dtype.kind in "SVcMmO":
        raise DataError(f"{path} holds an array of {array.dtype}. Save numbers or texts.")
    if array.ndim > 2:
        raise DataError(f"{path}: the array has the shape {array.shape}. Reshape with X.reshape(len(X), -1).")
    array = column_of_array(path, array)
    if array.ndim == 1:
        name = names_given(path, reading, 1)[0] if reading.names else "text" if array.dtype == object else "column 1"
        return Table(path, pd.DataFrame({name: array}, dtype=array.dtype))
    if array.shape[1] > _MOST_COLUMNS and array.dtype != object:
        return Table(path, matrix=array, notes=("a matrix without labels",))
    names = names_given(path, reading, array.shape[1])
    return Table(path, pd.DataFrame(array, columns=names, dtype=array.dtype))


def sparse_matrix(path: Path, arrays: Any, bounds: Bounds) -> Table:
    """Return the matrix that `scipy.sparse.save_npz` wrote; it has no labels.

    Raises
    ------
    FileFormatError
        If its parts do not make a matrix.
    DataError
        If it has more rows than the bounds.
    """
    import scipy.sparse

    form = arrays["format"].item()
    form = form.decode() if isinstance(form, bytes) else str(form)
    if form not in _SPARSE:
        raise FileFormatError(f"{path} holds a sparse matrix in the form {form!r}. Save X.tocsr().")
    shape = tuple(int(each) for each in arrays["shape"])
    if len(shape) != 2 or min(shape) < 1:
        raise FileFormatError(
            f"{path}: the sparse matrix has the shape {shape}, which is not a table. Save one with rows and columns."
        )
    bounds.check_rows(path, shape[0])
    # The columns of the other forms are counted out as well when they are turned.
    bounds.check_cells(path, max(shape) if form == "csc" else shape[0])
    parts = [arrays[name] for name in _SPARSE[form]]
    if form == "coo":
        X = scipy.sparse.coo_matrix((parts[0], (parts[1], parts[2])), shape=shape)
    else:
        X = {"csr": scipy.sparse.csr_matrix, "csc": scipy.sparse.csc_matrix}[form](tuple(parts), shape=shape)
        X.check_format(full_check=True)
    if X.dtype.kind not in "biuf":
        raise DataError(f"{path}: the matrix must hold numbers, got dtype {X.dtype}.")
    return Table(path, matrix=X.tocsr(), notes=("a sparse matrix without labels",))


def array_of(path: Path, data: bytes, bounds: Bounds) -> AnyArray:
    """Return the array that a ``.npy`` file holds, as it stands there; objects are refused.

    Raises
    ------
    FileFormatError
        If it is not what its ending says, or holds objects.
    DataError
        If it is larger than the bounds.
    """
    try:
        shape, _, dtype = read_head(io.BytesIO(data))
        # Numpy takes the memory for what the head says before it looks for it.
        bounds.check_bytes(path, math.prod(shape) * dtype.itemsize)
        bounds.check_cells(path, math.prod(shape))
        loaded: AnyArray = np.load(io.BytesIO(data), allow_pickle=False)
        return loaded
    except DataError:
        raise
    except Exception as error:  # what damaged heads raise has no common root
        hint = PICKLES if "pickle" in str(error) or "Object arrays" in str(error) else ""
        raise FileFormatError(f"{path} is not a numpy array that can be read: {error}.{hint}") from None


def read_head(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether the order is Fortran's, and type of the array that follows; the file then stands at it.

    Raises
    ------
    ValueError
        If no array begins there.
    """
    # The third version differs from the second in its letters only, and holds names of fields, which are refused.
    version = min(np.lib.format.read_magic(file), (2, 0))
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_fortran, dtype = read(file)
    return shape, is_fortran, dtype


def column_of_array(path: Path, array: AnyArray, name: str = "") -> AnyArray:
    """Return an array in this machine's order of bytes, as data frames want it; texts as objects, days as seconds.

    Raises
    ------
    FileFormatError
        If a text holds a number that is no letter.
    DataError
        If its cells are no single values: records, complex numbers, times without a unit that can be counted.
    """
    kind = array.dtype.kind
    unit = np.datetime_data(array.dtype)[0] if kind in "mM" else "s"
    if kind in "Vc" or unit not in (*_COARSE, *_FINE) or (kind == "m" and unit in "YM"):
        what = f", field {name!r}," * bool(name)
        raise DataError(f"{path}{what} holds an array of {array.dtype}. Save numbers or texts.")
    if unit in _COARSE:
        array = array.astype(f"{kind}8[s]")
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if kind != "U":
        return array
    array = np.ascontiguousarray(array)
    wrong = array.view(np.uint32).reshape(array.size, -1) > _LAST_LETTER if array.dtype.itemsize else np.zeros((0, 0))
    if wrong.any():
        item = int(wrong.any(axis=1).argmax()) + 1
        raise FileFormatError(
            f"{path} is damaged: text {item} of its array holds a number that is not a character. Save it again."
        )
    return array.astype(object)
