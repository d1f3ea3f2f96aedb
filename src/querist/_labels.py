"""One door for labels: whatever they come in is brought to one form or refused; no label is ever changed.

What comes out is a one-dimensional array of bool, int64, float64 (whole numbers) or texts: fixed-width where the
texts are short, else Python's own, since one long text among many short ones would make every cell as wide.
"""

import enum
import itertools
import math
from collections.abc import Iterable, Iterator, KeysView, Mapping, Set
from typing import Any, NoReturn

import numpy as np

from querist._label_rows import by_index, by_key
from querist._typing import AnyArray, IntArray, Pool
from querist.exceptions import InvalidParameterError

SKIP = "Use skip(rows) for rows that nobody can label."
# Beyond this, a fixed-width cell takes more memory than a Python text of usual length.
_SHORT = 32
_AS_THEY_ARE = (np.dtype(np.int64), np.dtype(bool))
_BINNING = "Turn numbers into classes first, for example with pandas.cut, or pass them as texts."


def as_labels(
    labels: Any,
    expected: int | None = None,
    *,
    name: str = "labels",
    rows: IntArray | None = None,
    pool: Pool = None,
    whole: bool = True,
    if_missing: str = SKIP,
) -> AnyArray:
    """Return `labels` as a one-dimensional array of class labels of one type.

    Parameters
    ----------
    labels : label or sequence of labels
        A list, tuple, iterator, NumPy array, pandas Series, Index or array, polars Series, pyarrow array, or a dict
        from row numbers to labels. str, int (of 64 bits), bool, or float without a fraction.
    expected : int or None, default=None
        How many there must be; None takes any number.
    name : str, default="labels"
        Of the parameter, for messages.
    rows : ndarray of row numbers, default=None
        Which rows they belong to, in order. A Series whose index names the same rows in another order, and a dict,
        are brought into this order. None: all rows, in order.
    pool : pool, default=None
        Where it has an index of its own, that names its rows.
    whole : bool, default=True
        Whether numbers with a fraction are refused.
    if_missing : str
        Advice that the error about a missing label ends with.

    Returns
    -------
    ndarray of shape (expected,)
        bool, int64, float64, or texts (fixed-width or object). It may share memory with `labels`.

    Raises
    ------
    InvalidParameterError
        If the count is wrong, they have no order, belong to other rows, or one is missing, of another type than the
        others, or nothing that a classifier takes and a file keeps. The first such label is named by its position.

    Notes
    -----
    Arrays of booleans, integers and short texts cost one pass in NumPy, the rest one in Python.
    """
    if type(labels) is np.ndarray and labels.dtype in _AS_THEY_ARE and labels.shape == (expected,):
        return labels
    door = _Door(name, if_missing, whole=whole)
    if type(labels) is not np.ndarray and type(labels) is not list:
        if isinstance(labels, Mapping):
            labels = by_key(labels, _all_rows(rows, expected, name), name)
        elif hasattr(labels, "iloc") and hasattr(labels, "index") and len(getattr(labels, "shape", ())) == 1:
            labels = by_index(labels, rows, pool, name)
        labels = _unpacked(labels, name, expected)
    array = door.array(labels) if isinstance(labels, np.ndarray) else door.items(labels)
    if expected is not None and array.size != expected:
        where = "" if name == "labels" else f" in {name}"
        raise InvalidParameterError(f"{expected} rows need {expected} labels, got {array.size}{where}.")
    return array


def stored_labels(values: list[Any]) -> AnyArray:
    """Return labels as a file holds them: earlier versions took mixtures and fractions, and their files are read."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return _texts(values)
    if len(kinds) == 1 and not (kinds == {int} and not all(-(2**63) <= value < 2**63 for value in values)):
        return np.array(values)
    return as_objects(values)


def joined_type(old: AnyArray, new: AnyArray) -> Any:
    """Return the dtype that holds the labels of both arrays as they are."""
    if old.size == 0:
        return new.dtype
    if old.dtype.kind == new.dtype.kind:
        return np.promote_types(old.dtype, new.dtype)
    return np.dtype(object)


def label_type(labels: AnyArray) -> type:
    """Return the Python type of the labels in an array that `as_labels` made."""
    kinds: dict[str, type] = {"b": bool, "i": int, "f": float}
    return kinds.get(labels.dtype.kind, str)


class _Door:
    """What is let in, and the words for what is not."""

    def __init__(self, name: str, if_missing: str, *, whole: bool) -> None:
        self._name = name
        self._whole = whole
        self._if_missing = if_missing

    def array(self, array: AnyArray) -> AnyArray:
        """Return an array's labels."""
        if array.ndim > 1:
            hint = " Use .ravel() to make one of it." if 1 in array.shape else ""
            raise InvalidParameterError(f"{self._name} must be one-dimensional, got shape {array.shape}.{hint}")
        array = array.reshape(-1)
        kind = array.dtype.kind
        if kind == "b":
            return array
        if kind in "iu":
            if kind == "u" and array.dtype.itemsize == 8 and array.size and int(array.max()) >= 2**63:
                self._refuse_large(int(np.argmax(array >= 2**63)), int(array.max()))
            return array.astype(np.int64, copy=False)
        if kind == "f":
            return self._floats(array)
        if kind == "U":
            return self._fixed_width(array)
        if kind in "OT":
            return self.items(array.tolist())
        what = "bytes: decode them first, for example with numpy.char.decode" if kind == "S" else "no type of labels"
        raise InvalidParameterError(
            f"A label must be a str, int, bool or whole float; {self._name} has dtype {array.dtype}, which is {what}."
        )

    def items(self, items: list[Any]) -> AnyArray:
        """Return the labels of a list."""
        kinds = set(map(type, items))
        if not kinds <= {str, int, bool, float}:
            items = [self._plain(item, position) for position, item in enumerate(items)]
            kinds = set(map(type, items))
        if len(kinds) > 1:
            self._refuse_gaps(items)
            self._refuse_mixture(items)
        if kinds == {int}:
            large = next((place for place, item in enumerate(items) if not -(2**63) <= item < 2**63), None)
            if large is not None:
                self._refuse_large(large, items[large])
            return np.array(items, np.int64)
        if kinds == {float}:
            return self._floats(np.array(items, np.float64))
        if kinds == {str}:
            self._refuse_halves(items)
            return _texts(items)
        return np.array(items, bool) if items else np.empty(0, object)

    def _plain(self, item: Any, position: int) -> Any:
        """Return one label as Python's own type, or refuse it."""
        if isinstance(item, enum.Enum):
            raise InvalidParameterError(
                f"{self._at(position)} is {item!r}, a member of an Enum, which a file of labels cannot keep. "
                "Pass its .value or its .name."
            )
        if item is None or type(item).__name__ in ("NAType", "NaTType"):
            raise self._missing(position)
        for kinds, plain in _PLAIN:
            # NumPy's durations are integers to it.
            if isinstance(item, kinds) and not isinstance(item, np.timedelta64):
                return plain(item)
        advice = {"bytes": " Decode it first.", "list": f" {self._name} must be one-dimensional."}
        raise InvalidParameterError(
            f"A label must be a str, int, bool or whole float; {self._at(position)} is a {type(item).__name__}."
            + advice.get(type(item).__name__, "")
        )

    def _floats(self, array: AnyArray) -> AnyArray:
        if np.isnan(array).any():
            raise self._missing(int(np.argmax(np.isnan(array))))
        if not self._whole:
            return array.astype(np.float64, copy=False)
        # Classifiers take whole numbers of 64 bits for classes, and call all others continuous. The comparison with
        # the array as given is for types that are wider.
        values = array.astype(np.float64, copy=False)
        whole = (np.abs(values) < 2.0**63) & (np.floor(values) == values) & (values == array)
        if not whole.all():
            position = int(np.argmin(whole))
            raise InvalidParameterError(
                f"{self._at(position)} is {array[position]}, and a class must be a whole number. {_BINNING}"
            )
        return values

    def _fixed_width(self, array: AnyArray) -> AnyArray:
        if array.dtype.itemsize > 4 * _SHORT:
            return self.items(array.tolist())
        if array.size and (points := np.ascontiguousarray(array).view(np.uint32)).max() > 127:
            byte_order = points if array.dtype.isnative else points.byteswap()
            if ((byte_order >= 0xD800) & (byte_order < 0xE000)).any():
                self._refuse_halves(array.tolist())
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))

    def _refuse_gaps(self, items: list[Any]) -> None:
        for position, item in enumerate(items):
            if type(item) is float and math.isnan(item):
                raise self._missing(position)

    def _refuse_mixture(self, items: list[Any]) -> NoReturn:
        position = next(place for place, item in enumerate(items) if type(item) is not type(items[0]))
        raise InvalidParameterError(
            f"{self._at(position)} is {items[position]!r}, a label of type {type(items[position]).__name__}, and "
            f"{self._at(0)} is {items[0]!r}, of type {type(items[0]).__name__}. Use one type."
        )

    def _refuse_large(self, position: int, value: int) -> NoReturn:
        raise InvalidParameterError(
            f"{self._at(position)} is {value}, which integers of 64 bits cannot hold. Pass such labels as texts."
        )

    def _refuse_halves(self, items: list[str]) -> None:
        try:
            "".join(items).encode()
        except UnicodeEncodeError:
            for position, item in enumerate(items):
                if any("\ud800" <= letter <= "\udfff" for letter in item):
                    raise InvalidParameterError(
                        f"{self._at(position)} is {item!r}, which ends or begins within a letter (half a surrogate "
                        "pair), so no file can keep it. Correct the text."
                    ) from None

    def _missing(self, position: int) -> InvalidParameterError:
        return InvalidParameterError(f"{self._at(position)} is missing (None, NaN or NA). {self._if_missing}")

    def _at(self, position: int) -> str:
        return f"{self._name}[{position}]"


# The order matters: a bool is an int.
_PLAIN: tuple[tuple[Any, Any], ...] = (
    (bool | np.bool_, bool),
    (int | np.integer, int),
    (float | np.floating, float),
    (str, str.__str__),
)


def _unpacked(labels: Any, name: str, expected: int | None) -> AnyArray | list[Any]:
    """Return an array of a dtype that NumPy knows, or a list of what Python knows."""
    if isinstance(labels, np.ndarray):
        if isinstance(labels, np.ma.MaskedArray) and np.ma.is_masked(labels):
            return list(labels.tolist())  # with None in the place of each masked cell
        return np.asarray(labels)
    if isinstance(labels, Set) and not isinstance(labels, KeysView):
        raise InvalidParameterError(f"{name} is a {type(labels).__name__}, which has no order. Pass a list.")
    shape = getattr(labels, "shape", ())
    if len(shape) > 1:
        raise InvalidParameterError(
            f"{name} must be one-dimensional, got a {type(labels).__name__} of shape {tuple(shape)}. Pass one column."
        )
    dtype = getattr(labels, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf" and len(shape) == 1:
        return np.asarray(labels)
    # Polars has no tolist; what pandas 2 called to_list, too, warns there.
    for method in ("to_pylist", "tolist", "to_list"):
        if hasattr(labels, method):
            items = getattr(labels, method)()
            return items if isinstance(items, list) else [items]
    return _listed(labels, expected)


def _listed(labels: Any, expected: int | None) -> list[Any]:
    if isinstance(labels, type) and issubclass(labels, enum.Enum):
        return list(labels)
    if isinstance(labels, str | bytes | enum.Enum | type) or not isinstance(labels, Iterable):
        return [labels]
    if isinstance(labels, Iterator) and expected is not None:
        return list(itertools.islice(labels, expected + 1))  # it may never end
    return list(labels)


def _all_rows(rows: IntArray | None, expected: int | None, name: str) -> IntArray:
    if rows is not None:
        return rows
    if expected is None:
        raise InvalidParameterError(f"{name} is a dict. Pass a list.")
    return np.arange(expected)


def _texts(items: list[str]) -> AnyArray:
    # NumPy cuts NUL off the end of fixed-width texts.
    if any(len(item) > _SHORT or item.endswith("\0") for item in items):
        return as_objects(items)
    return np.array(items)


def as_objects(items: Iterable[Any]) -> AnyArray:
    """Return labels as Python's own, one in each cell: none is cut to the length of others."""
    items = list(items)
    array = np.empty(len(items), object)
    array[:] = items
    return array
