"""What foreign models return, as arrays of one form: any container, any shape that can mean only one thing."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import AnyArray, FloatArray, IntArray, Label
from querist.exceptions import QueristError, UnsupportedModelError

# Each probability may be rounded to two digits; rows that miss 1 by more than the second are too far off in any case.
_ROUNDING, _MOST_ROUNDING = 0.005, 0.05
# What misses it by more than this, and not by more than that, is scaled: a float64 sum is never so far off.
_EXACT = 1e-6


def not_finite(what: str) -> QueristError:
    """Say that a model returned infinite values or NaN."""
    return QueristError(f"{what} returned values that are not finite. Scale the features, or use another estimator.")


def as_array(values: Any) -> AnyArray:
    """Return what any container holds as a plain array: lists, frames, tensors, Arrow and sparse columns.

    Examples
    --------
    >>> as_array([["a"], ["b"]]).shape
    (2, 1)
    """
    if isinstance(values, np.ndarray) and type(values) is np.ndarray:
        return values
    if isinstance(values, np.ma.MaskedArray) and values.mask.any():
        raise UnsupportedModelError("A classifier returned masked values. Let it return every value.")
    if scipy.sparse.issparse(values):
        values = values.toarray()
    elif hasattr(values, "detach"):  # torch: a tensor may hang in a graph, and lie on another device
        values = values.detach().cpu().numpy()
    elif hasattr(values, "column_names") and hasattr(values, "column"):  # a table of pyarrow
        values = np.column_stack([as_array(values.column(name)) for name in values.column_names])
    elif type(values).__module__.startswith("pyarrow"):
        values = values.to_pylist()
    elif hasattr(values, "to_numpy"):  # pandas, polars
        values = values.to_numpy()
    elif hasattr(values, "get") and hasattr(values, "device"):  # cupy
        values = values.get()
    if isinstance(values, list | tuple) and values and isinstance(values[0], str | bool | int):
        return _listed(values)
    return np.asarray(values)


def _listed(values: Sequence[Any]) -> AnyArray:
    """Return a list as an array; numpy would make strings of a mixture."""
    same = len({type(value) for value in values}) == 1
    return np.asarray(values) if same else np.array(values, dtype=object)


def flat(values: Any, n: int | None, what: str) -> AnyArray:
    """Return one value per row: shape (n,), also of a column of shape (n, 1) and of a lone value for a lone row.

    Parameters
    ----------
    values : any container
    n : int or None
        How many there must be; None: any number.
    what : str
        For the message.

    Raises
    ------
    UnsupportedModelError
        If the shape is another.
    """
    array = as_array(values)
    shape = array.shape
    if (array.ndim == 2 and shape[1] == 1) or (array.ndim == 0 and n == 1):
        array = array.reshape(-1)
    if array.ndim != 1 or (n is not None and array.size != n):
        wanted = "one value per row" if n is None else f"one value for each of {n} rows, shape ({n},)"
        raise UnsupportedModelError(f"{what} returned shape {shape}; Querist needs {wanted}.")
    return array


class Names:
    """The classes that were told, and how a model may write them: as other types, as text, as numbers.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,)
        Distinct.
    """

    def __init__(self, labels: AnyArray) -> None:
        self._labels: list[Label] = labels.tolist()
        self._places = {label: place for place, label in enumerate(self._labels)}
        self._texts = {str(label): place for place, label in enumerate(self._labels)}

    def place(self, value: Any) -> int | None:
        """Return which class is meant; None where it is none of them.

        Examples
        --------
        >>> names = Names(np.array([False, True]))
        >>> names.place("True"), names.place(0), names.place("maybe")
        (1, 0, None)
        """
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        try:
            found = self._places.get(value)
        except TypeError:  # not hashable
            return None
        if found is None:
            found = self._texts.get(str(value))
        if found is None and isinstance(value, str) and not isinstance(self._labels[0], str):
            try:
                return self._places.get(float(value))
            except ValueError:
                return None
        return found

    def places(self, values: Iterable[Any]) -> list[int | None]:
        """Return which classes are meant, one after the other."""
        return [self.place(value) for value in values]


def as_probabilities(values: Any, n: int, classes: AnyArray, what: str) -> FloatArray:
    """Return probabilities of shape (n, n_classes), float64, rows adding up to 1, columns as in `classes`.

    Parameters
    ----------
    values : any container
        A frame whose columns are named after all the classes is read by these names; of two classes,
        one value per row is the probability of the second.
    n : int
        Rows.
    classes : ndarray of shape (n_classes,)
    what : str
        For the messages.

    Raises
    ------
    UnsupportedModelError
        If the shape is another, a value is negative, or a row does not add up to 1 (rounding aside).
    QueristError
        If a value is not finite.
    """
    array = as_array(values)
    shape = array.shape
    if array.dtype == object or array.dtype.kind in "US":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise UnsupportedModelError(
                f"{what} returned values that are no numbers. Let it return probabilities."
            ) from None
    if classes.size == 2 and shape in ((n,), (n, 1)):
        second = array.reshape(-1).astype(np.float64)
        array = np.column_stack([1 - second, second])
    elif n == 1 and shape == (classes.size,):
        array = array.reshape(1, -1)
    if array.shape != (n, classes.size):
        raise UnsupportedModelError(
            f"{what} returned shape {shape} for {n} rows and the classes {classes.tolist()[:10]}; Querist needs one "
            f"column for each class, shape ({n}, {classes.size})."
        )
    array = array[:, _order(values, classes)] if hasattr(values, "columns") else array
    return _checked(array.astype(np.float64, copy=False), what)


def _order(frame: Any, classes: AnyArray) -> IntArray:
    """Return where the column of each class stands: by name, if the columns are named after the classes."""
    columns = getattr(frame, "column_names", None) or list(frame.columns)
    places = Names(classes).places(columns)
    # A frame without names of its own numbers its columns.
    if type(frame.columns).__name__ == "RangeIndex" or set(places) != set(range(classes.size)):
        return np.arange(classes.size)
    return np.argsort(np.array(places))


def _checked(array: FloatArray, what: str) -> FloatArray:
    if not np.isfinite(array.sum(axis=1)).all():
        raise not_finite(what)
    exact, wrong = exact_shares(array)
    if wrong is not None:
        raise UnsupportedModelError(
            f"{what} returned for the {wrong + 1}. row the values {listed(array[wrong])}, which are no probabilities: "
            "each must be at least 0, and they must add up to 1."
        )
    return exact


def exact_shares(array: FloatArray) -> tuple[FloatArray, int | None]:
    """Return rows that add up to 1 as exactly as floats do, rounding taken out, and the first row that does not.

    Parameters
    ----------
    array : ndarray of shape (n, n_classes)

    Returns
    -------
    exact : ndarray of shape (n, n_classes)
        The very same where nothing was rounded.
    wrong : int or None
        The first row with a value below 0 or not finite, or a sum farther from 1 than rounding explains.
    """
    sums = array.sum(axis=1)
    off = np.abs(sums - 1)
    allowed = min(_MOST_ROUNDING, _ROUNDING * array.shape[1]) + _EXACT
    wrong = np.flatnonzero(~(off <= allowed) | (array < 0).any(axis=1))
    if wrong.size:
        return array, int(wrong[0])
    inexact = off > _EXACT
    if inexact.any():
        array = np.where(inexact[:, None], array / sums[:, None], array)
    return array, None


def listed(values: FloatArray) -> str:
    """Return a row of probabilities in words, the first five of them."""
    return ", ".join(f"{value:.4g}" for value in values[:5]) + ", ..." * (values.size > 5)
