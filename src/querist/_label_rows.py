"""Which row a label belongs to, where the labels say so themselves: the index of a Series, the keys of a dict."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from querist._typing import IntArray, Pool
from querist.exceptions import InvalidParameterError


def by_key(labels: Mapping[Any, Any], rows: IntArray, name: str) -> list[Any]:
    """Return the labels of a dict from row numbers to labels in the order of `rows`.

    Raises
    ------
    InvalidParameterError
        If its keys are not exactly these rows.
    """
    wanted = rows.tolist()
    known = set(wanted)
    other = next((key for key in labels if key not in known or isinstance(key, bool)), None)
    if other is not None or len(labels) != len(known):
        lacking = next((row for row in wanted if row not in labels), None)
        what = f"has the key {other!r}, which is none of the rows" if other is not None else f"lacks row {lacking}"
        raise InvalidParameterError(
            f"{name} is a dict, whose keys must be the row numbers that the labels belong to, and it {what}. "
            f"Pass list({name}.values()) if they stand in the order of the rows."
        )
    return [labels[row] for row in wanted]


def by_index(labels: Any, rows: IntArray | None, pool: Pool, name: str) -> Any:
    """Return a Series in the order of the rows that its index names, or as it is where it names none.

    Parameters
    ----------
    labels : Series
    rows : ndarray of row numbers or None
        The rows that the labels belong to: by their numbers, or by the index of the pool. None: all rows of the
        pool, which are named by the pool's index only.
    pool : pool
    name : str
        Of the parameter, for messages.

    Raises
    ------
    InvalidParameterError
        If the index names other rows, or could be read in two ways that give different orders.
    """
    own = getattr(pool, "index", None) if hasattr(pool, "iloc") else None
    index = labels.index
    if rows is None:
        return labels if own is None else _whole(labels, own, name)
    if own is not None and _is_default(own):
        own = None
    kind = getattr(index.dtype, "kind", "O")
    numbered, names_numbers = kind in "iu", kind in "iuf"  # an index that once had a gap holds 3.0 for row 3
    names = own.take(rows) if own is not None else None
    if len(index) == rows.size and (
        (names_numbers and np.array_equal(np.asarray(index, np.float64), rows))
        or (names is not None and index.equals(names))
    ):
        return labels
    if own is not None and len(index) != rows.size and index.equals(own):
        # One label for each row of the pool, under the pool's own names.
        return labels.iloc[rows]
    readings = []
    if names_numbers and (places := _places(index, rows)) is not None:
        readings.append(places)
    if names is not None and (places := _places(index, names)) is not None:
        readings.append(places)
    if _is_default(index) and len(index) == rows.size:
        # This is how a list in the order of the rows looks as a Series.
        readings.append(np.arange(rows.size))
    if not readings:
        if _is_default(index) or not (numbered or own is not None):
            return labels
        raise InvalidParameterError(
            f"{name} is a Series whose index names other rows: its first label stands at {index[0]!r}, and the first "
            f"row is {rows[0] if rows.size else 'none'}. Give it the rows as its index, or pass {name}.to_numpy() if "
            "the labels are in the order of the rows."
        )
    if any(not np.array_equal(readings[0], other) for other in readings[1:]):
        raise _ambiguous(name)
    return labels.iloc[readings[0]]


def _whole(labels: Any, own: Any, name: str) -> Any:
    """Return the labels of all rows in the order of the pool's index, where both have the same names."""
    index = labels.index
    if len(index) != len(own) or index.equals(own):
        return labels
    places = _places(index, own)
    if places is None:
        return labels  # an index of its own, as after reset_index on one of the two
    if _is_default(index) or _is_default(own):
        raise _ambiguous(name)
    return labels.iloc[places]


def _places(index: Any, names: Any) -> IntArray | None:
    """Return where `names` stand in an index without repeats, or None unless all do."""
    if not index.is_unique:
        return None
    places: IntArray = index.get_indexer(names)
    return None if (places < 0).any() else places


def _is_default(index: Any) -> bool:
    return type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1


def _ambiguous(name: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"{name} is a Series that can be read in two ways: its index names the rows in another order than they stand. "
        f"Pass {name}.to_numpy() if its labels are in the order of the rows, else bring it into their order with .loc."
    )
